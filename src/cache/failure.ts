import { describe } from "./root.ts";

/** The cache did not do what was asked; the build goes on. One line, saying what to do. */
export type CacheFailure = { readonly kind: "failed"; readonly problem: string };

/** Does something below a root; whatever error comes up is a failure that says what it means there. */
export function orFailure<T>(root: string, act: () => T): T | CacheFailure {
	try {
		return act();
	} catch (error) {
		return { kind: "failed", problem: `cache-root: ${JSON.stringify(root)} ${describe(error)}` };
	}
}
