namespace PlantRuntime.Logging;

/// <summary>Names the severity of a log line, in ascending order.</summary>
public enum LogLevel
{
    Debug,
    Info,
    Warn,
    Error,
}

/// <summary>
/// Represents a level as a type argument, so that <see cref="LogLine{TLevel}"/> knows it before the text of a line is built.
/// </summary>
public interface ILogLevel
{
    static abstract LogLevel Level { get; }
}

/// <summary>The level of <see cref="PlantLog.Debug(LogLine{DebugLevel})"/>.</summary>
public readonly struct DebugLevel : ILogLevel
{
    public static LogLevel Level => LogLevel.Debug;
}

/// <summary>The level of <see cref="PlantLog.Info(LogLine{InfoLevel})"/>.</summary>
public readonly struct InfoLevel : ILogLevel
{
    public static LogLevel Level => LogLevel.Info;
}

/// <summary>The level of <see cref="PlantLog.Warn(LogLine{WarnLevel})"/>.</summary>
public readonly struct WarnLevel : ILogLevel
{
    public static LogLevel Level => LogLevel.Warn;
}

/// <summary>The level of <see cref="PlantLog.Error(LogLine{ErrorLevel})"/>, and of lines whose level is an argument.</summary>
public readonly struct ErrorLevel : ILogLevel
{
    public static LogLevel Level => LogLevel.Error;
}
