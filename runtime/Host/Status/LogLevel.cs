namespace PlantRuntime.Host.Status;

/// <summary>How loud a line is.</summary>
internal enum LogLevel
{
    Debug,
    Info,
    Warn,
    Error,
}
