// Check pieces of HTML against the standard. Task: {pieces: [html]}; answer: for each piece a list
// of {rule, message, line, text}.

import { HtmlValidate } from "html-validate";

const OFF = [
  // Matters of taste, and what Sphinx and docutils write.
  "no-inline-style", "no-trailing-whitespace", "prefer-native-element", "void-style",
  // Browsers find these better, in the page as it is shown: axe does.
  "aria-label-misuse", "text-content", "wcag/h30", "wcag/h37", "wcag/h71",
];
const checker = new HtmlValidate({
  extends: ["html-validate:recommended"],
  rules: {
    ...Object.fromEntries(OFF.map((rule) => [rule, "off"])),
    "valid-id": ["error", { relaxed: true }], // names of Python objects contain dots
  },
});

let input = "";
for await (const part of process.stdin) input += part;
const out = [];
for (const piece of JSON.parse(input).pieces) {
  const { results } = await checker.validateString(piece);
  const lines = piece.split("\n");
  out.push(results.flatMap(({ messages }) => messages).map(({ ruleId, message, line }) =>
    ({ rule: ruleId, message, line, text: (lines[line - 1] ?? "").trim().slice(0, 160) })));
}
process.stdout.write(JSON.stringify(out));
