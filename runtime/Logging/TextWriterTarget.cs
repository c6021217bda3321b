namespace PlantRuntime.Logging;

/// <summary>
/// Writes log lines to a text writer, for instance the console. Called on the log thread. Does not own the writer: <see cref="Dispose"/>
/// only flushes it.
/// </summary>
public sealed class TextWriterTarget(TextWriter writer) : ILogTarget
{
    public void Write(LogLevel level, string line) => writer.WriteLine(line);

    public void Flush() => writer.Flush();

    public void Dispose() => Flush();
}
