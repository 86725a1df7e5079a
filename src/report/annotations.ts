import { isAbsolute, normalize, relative, resolve, sep } from "node:path";
import { errorsOnOneLine, onOneLine } from "./one-line.ts";
import type { TestReport } from "./report.ts";

/** A failed test for a reader of the config: one line, at the test's own place. */
export type TestAnnotation = {
	readonly message: string;
	/** Relative to the workspace if inside it, which is what GitHub can show; else as the config was given. */
	readonly file: string;
	readonly line: number | null;
	readonly title: string;
};

/** An annotation for each failed test, and one for a config that failed as a whole. */
export function annotationsOf(report: TestReport, workspace: string | undefined): readonly TestAnnotation[] {
	const { tests, problem } = report;
	const image = onOneLine(report.image);
	const file = insideWorkspace(report.config, workspace);
	const failed = tests
		.filter((test) => !test.passed)
		.map(({ name, errors, line }) => ({
			title: "Structure test failed",
			message: `${image}: ${onOneLine(name)}: ${errorsOnOneLine(errors)}`,
			file,
			line,
		}));
	if (problem === null) return failed;
	const { reason, line } = problem;
	const message = `${image}: ${onOneLine(reason)}`;
	return [...failed, { title: "Structure tests not done", message, file, line }];
}

function insideWorkspace(config: string, workspace: string | undefined): string {
	if (!workspace) return normalize(config);
	const path = relative(workspace, resolve(workspace, config));
	const outside = path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path);
	return outside ? config : path;
}
