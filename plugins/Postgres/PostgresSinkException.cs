namespace PlantRuntime.Plugins.Postgres;

/// <summary>The database is there and will not do what is asked of it; the host tries again, and somebody has to look.</summary>
internal sealed class PostgresSinkException(string message, Exception? inner = null) : Exception(message, inner);
