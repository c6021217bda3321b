using Microsoft.Extensions.Logging;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// Reports what Npgsql does to the trace of the device: connections, statements without their parameters, and errors. Npgsql owns the
/// bytes, so that none are shown, and no password. Npgsql asks it before each event whether the trace is on; any thread.
/// </summary>
internal sealed class StatementTrace(WireRecorder recorder) : ILoggerFactory, ILogger
{
    private const string Executing = "Executing";

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug && recorder.IsOn;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        var text = formatter(state, exception);
        var isRequest = text.StartsWith(Executing, StringComparison.Ordinal);
        // One connection runs one statement at a time.
        var hasReply = isRequest || text.StartsWith("Command", StringComparison.Ordinal);
        recorder.Note(isRequest, exception is null ? text : $"{text}: {exception.Message}", hasReply ? 0 : null);
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void AddProvider(ILoggerProvider provider)
    {
        // The only receiver of Npgsql's events is the trace.
    }

    public void Dispose()
    {
        // It owns nothing.
    }
}
