"use strict";
const map = { draw() {} };
