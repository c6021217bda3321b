namespace PlantRuntime.Sqlite;

/// <summary>What SQLite answered, in words for the one who keeps the file.</summary>
/// <param name="message">What happened and what to do.</param>
/// <param name="code">The extended result code, https://www.sqlite.org/rescode.html.</param>
internal sealed class DatabaseException(string message, int code) : IOException(message)
{
    public int Code { get; } = code;

    /// <summary>True for this primary result code, whatever its extension.</summary>
    public bool Is(int primary) => (Code & 0xFF) == primary;
}
