import process from "node:process";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Does what must not be left half done. If the process is told to end meanwhile, `told` says so, and it ends when this is
 * over; told once more, it ends at once.
 */
export async function inOnePiece<T>(act: (told: AbortSignal) => Promise<T>): Promise<T> {
	const controller = new AbortController();
	const heard: NodeJS.Signals[] = [];
	const onSignal = (signal: NodeJS.Signals) => {
		heard.push(signal);
		controller.abort();
	};
	for (const signal of signals) process.once(signal, onSignal);
	try {
		return await act(controller.signal);
	} finally {
		for (const signal of signals) process.off(signal, onSignal);
		for (const signal of heard) process.kill(process.pid, signal);
	}
}
