namespace PlantRuntime.Logging;

/// <summary>
/// Receives finished log lines. Owned by one <see cref="PlantLog"/>, whose thread "log" calls all methods but <c>Dispose</c>, one call at a
/// time; they may block there. After an exception the line is lost for this target, and the next line is tried again; the log reports it
/// if the target writes a file. Disposed after
/// the last line, by the thread that disposes the log.
/// </summary>
public interface ILogTarget : IDisposable
{
    /// <summary>The file that the target writes; null for a target without one, whose failures are not reported.</summary>
    string? FilePath => null;

    /// <summary>Writes one line, which is escaped and has no line end.</summary>
    void Write(LogLevel level, string line);

    /// <summary>Writes buffered lines. Called when no more lines wait.</summary>
    void Flush();

    /// <summary>Closes the file of the target, if it has one; the next line opens it again.</summary>
    void Reopen()
    {
    }
}
