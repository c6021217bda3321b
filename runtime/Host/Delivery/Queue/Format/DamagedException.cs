namespace PlantRuntime.Host.Delivery.Queue.Format;

/// <summary>Bytes from the disk that are not what was written.</summary>
internal sealed class DamagedException(string message) : Exception(message);
