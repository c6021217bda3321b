namespace PlantRuntime.Logging;

/// <summary>
/// Receives finished log lines. Owned by one <see cref="PlantLog"/>, whose thread "log" calls <see cref="Write"/> and <see cref="Flush"/>,
/// one call at a time; it may block there. An exception is ignored: the line is lost for this target, and the next line is tried again.
/// Disposed after the last line, by the thread that disposes the log.
/// </summary>
public interface ILogTarget : IDisposable
{
    /// <summary>Writes one line, which is escaped and has no line end.</summary>
    void Write(LogLevel level, string line);

    /// <summary>Writes buffered lines. Called when no more lines wait.</summary>
    void Flush();
}
