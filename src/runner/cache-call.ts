import { restoreCache, saveCache } from "@actions/cache";
import { carriedFolder } from "./carried-folder.ts";

/** One thing that GitHub's cache service is asked for. */
export type CacheCall =
	| { readonly kind: "restore" | "look-up"; readonly keys: readonly string[]; readonly timeoutMs: number }
	| { readonly kind: "save"; readonly key: string };

/** How the SDK's function ended: of what went wrong its value says next to nothing, that is only in what it prints. */
export type CacheAnswer =
	| { readonly kind: "returned"; readonly value: string | number | undefined }
	| { readonly kind: "threw"; readonly message: string };

/** Does in this process what `argument` asks for, tells the parent, and ends; ends, too, if the parent does. */
export async function answerCacheCall(argument: string): Promise<void> {
	// With all that it has started: it leads a group of its own, and nobody is left who waits for an answer.
	process.on("disconnect", () => process.kill(-process.pid, "SIGKILL"));
	const answer = await call(JSON.parse(argument) as CacheCall);
	// The SDK's timers and connections would keep it for a while.
	process.send?.(answer, () => process.exit(0));
}

async function call(asked: CacheCall): Promise<CacheAnswer> {
	try {
		return { kind: "returned", value: await passOn(asked) };
	} catch (error) {
		return { kind: "threw", message: error instanceof Error ? error.message : String(error) };
	}
}

function passOn(asked: CacheCall): Promise<string | number | undefined> {
	if (asked.kind === "save") return saveCache([carriedFolder], asked.key);
	const [first = "", ...others] = asked.keys;
	return restoreCache([carriedFolder], first, others, {
		lookupOnly: asked.kind === "look-up",
		segmentTimeoutInMs: asked.timeoutMs,
	});
}
