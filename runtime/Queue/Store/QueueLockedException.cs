namespace PlantRuntime.Queue.Store;

/// <summary>
/// Is thrown if another process has the queue's file open. A start of the host fails with it; a running queue tries again every second.
/// </summary>
internal sealed class QueueLockedException(string message, Exception inner) : Exception(message, inner);
