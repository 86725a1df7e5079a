import * as core from "@actions/core";

/** What a step can tell the runner, besides its log. */
export interface Step {
	output(name: string, value: string): void;
	exportVariable(name: string, value: string): void;
	mask(secret: string): void;
	/** Keeps a text for the post step; replaces what was kept before under that name. */
	saveState(name: string, value: string): void;
	/** Adds markdown to the job's summary; a runner without summaries gets none. */
	summarize(markdown: string): Promise<void>;
}

/** The step as the GitHub runner knows it. */
export const actionsStep: Step = {
	output: (name, value) => core.setOutput(name, value),
	exportVariable: (name, value) => core.exportVariable(name, value),
	mask: (secret) => core.setSecret(secret),
	saveState: (name, value) => core.saveState(name, value),
	summarize: async (markdown) => {
		if (process.env["GITHUB_STEP_SUMMARY"]) await core.summary.addRaw(markdown, true).write();
	},
};
