namespace PlantRuntime.Host.Status;

/// <summary>Where log lines go. Called from one thread only; may throw, which silences it until the next line.</summary>
internal interface ILogTarget : IDisposable
{
    void Write(LogLevel level, string line);

    void Flush();
}
