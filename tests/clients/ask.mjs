// Comunica asks what it is told on standard input, {sources, queries: {name: text}}, and writes {name: rows or a boolean}.
import { text } from "node:stream/consumers";
import { QueryEngine } from "@comunica/query-sparql";

const { sources, queries } = JSON.parse(await text(process.stdin));
const written = (term) => [term.termType, term.value, term.language ?? "", term.datatype?.value ?? ""];
const engine = new QueryEngine();
const answers = {};
for (const [name, query] of Object.entries(queries)) {
  const result = await engine.query(query, { sources });
  const answer = await result.execute();
  if (result.resultType === "boolean") answers[name] = answer;
  else if (result.resultType === "quads") answers[name] = (await answer.toArray()).map(({ subject, predicate, object }) => ({ subject: written(subject), predicate: written(predicate), object: written(object) }));
  else answers[name] = (await answer.toArray()).map((row) => Object.fromEntries([...row].map(([variable, term]) => [variable.value, written(term)])));
}
console.log(JSON.stringify(answers));
