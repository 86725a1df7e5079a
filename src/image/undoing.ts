import process from "node:process";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Does something for a moment and undoes it again, also if the process is told to end meanwhile: then it ends once that
 * is done.
 */
export async function undoing<T>(act: () => Promise<T>, undo: () => Promise<unknown>): Promise<T> {
	const told: NodeJS.Signals[] = [];
	const onSignal = (signal: NodeJS.Signals) => void told.push(signal);
	for (const signal of signals) process.on(signal, onSignal);
	try {
		return await act();
	} finally {
		await undo();
		for (const signal of signals) process.off(signal, onSignal);
		for (const signal of told) process.kill(process.pid, signal);
	}
}
