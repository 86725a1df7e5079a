/** Whether a path could be meant as a glob. */
export function isGlob(pattern: string): boolean {
	return /[*?[{]/.test(pattern);
}

/**
 * The paths that a glob names, in order, as a shell reads it: `*` also enters folders that are links, of which Bazel's
 * trees are made, and which Node's own `globSync` leaves out. None for a pattern that makes no sense.
 */
export async function expandGlob(pattern: string): Promise<readonly string[]> {
	const { globSync } = await import("glob");
	try {
		return globSync(pattern).sort();
	} catch {
		// It throws for a pattern of more than 64 KiB.
		return [];
	}
}
