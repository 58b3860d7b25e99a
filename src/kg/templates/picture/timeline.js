"use strict";
const timeline = { draw() {} };
