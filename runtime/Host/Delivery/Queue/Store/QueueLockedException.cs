namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>Another process has the queue's file open.</summary>
internal sealed class QueueLockedException(string message, Exception inner) : Exception(message, inner);
