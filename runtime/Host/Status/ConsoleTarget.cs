namespace PlantRuntime.Host.Status;

/// <summary>Log lines on the console.</summary>
internal sealed class ConsoleTarget(TextWriter writer) : ILogTarget
{
    public void Write(LogLevel level, string line) => writer.WriteLine(line);

    public void Flush() => writer.Flush();

    public void Dispose() => Flush();
}
