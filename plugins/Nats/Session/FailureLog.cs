using Microsoft.Extensions.Logging;

namespace PlantRuntime.Plugins.Nats.Session;

/// <summary>
/// Keeps the last exception that the NATS library logs: its own exception for a failed connection does not contain the cause. One
/// connection owns it. Thread-safe.
/// </summary>
internal sealed class FailureLog : ILoggerFactory, ILogger
{
    private volatile Exception? _last;

    /// <summary>The last logged exception, or null.</summary>
    public Exception? Last => _last;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("this log has no providers");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is not null && IsEnabled(logLevel)) _last = exception;
    }

    public void Dispose()
    {
        // It holds no resources.
    }
}
