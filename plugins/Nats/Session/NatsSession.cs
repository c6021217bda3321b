using NATS.Client.Core;
using NATS.Client.JetStream;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Nats.Session;

/// <summary>
/// One connection to one server. The library reconnects by itself, which this class prevents, because bytes that it kept would then be sent
/// beside those of the host's next attempt: a session that lost its connection stays lost. One sink or driver owns it. The library's
/// events change it on other threads; thread-safe.
/// </summary>
internal sealed class NatsSession : IAsyncDisposable
{
    private const string PublishRefusal = "Permissions Violation for Publish to \"";

    private readonly Lock _gate = new();
    private readonly List<string> _refusedSubjects = [];
    private readonly CancellationTokenSource _lost = new();
    private CancellationTokenSource _interrupt;
    private string? _serverError;
    private int _connects;

    public NatsSession(ServerAddress address, NatsOpts options, string? domain)
    {
        Address = address;
        Lost = _lost.Token;
        _interrupt = CancellationTokenSource.CreateLinkedTokenSource(Lost);
        Connection = new NatsConnection(options) { OnConnectingAsync = AllowFirstConnect };
        JetStream = new NatsJSContext(Connection, new NatsJSOpts(options, domain: domain));
        Connection.ConnectionDisconnected += OnDisconnected;
        Connection.ServerError += OnServerError;
    }

    /// <summary>The server.</summary>
    public ServerAddress Address { get; }

    public NatsConnection Connection { get; }

    public NatsJSContext JetStream { get; }

    /// <summary>Cancelled when the connection is lost.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Cancelled when the connection is lost or the server refuses a subject.</summary>
    public CancellationToken Interrupt
    {
        get
        {
            lock (_gate) return _interrupt.Token;
        }
    }

    /// <summary>The reason why the connection is lost, for the log.</summary>
    public string LostReason
    {
        get
        {
            lock (_gate) return _serverError is { } error ? $"the server closed the connection: {error}" : "the connection is lost";
        }
    }

    /// <summary>The server's limits and version.</summary>
    public INatsServerInfo Server => Connection.ServerInfo ?? throw new LinkException("the server has sent no INFO");

    /// <summary>Connects once.</summary>
    /// <exception cref="NatsException">The server is unreachable or refuses.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the session must be disposed of.</exception>
    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        var connecting = Connection.ConnectAsync().AsTask();
        try
        {
            await connecting.WaitAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            // After a cancellation its exception is of no interest, and must not be unobserved.
            _ = connecting.ContinueWith(
                t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    /// <exception cref="LinkException">The connection is lost.</exception>
    public void ThrowIfLost()
    {
        if (Lost.IsCancellationRequested) throw new LinkException(LostReason);
    }

    /// <summary>Returns the subjects that the server refused since the last call, and makes <see cref="Interrupt"/> a new token.</summary>
    public IReadOnlyList<string> TakeRefusedSubjects()
    {
        lock (_gate)
        {
            string[] refused = [.. _refusedSubjects];
            _refusedSubjects.Clear();
            if (_interrupt.IsCancellationRequested && !Lost.IsCancellationRequested)
                _interrupt = CancellationTokenSource.CreateLinkedTokenSource(Lost);
            return refused;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Connection.ConnectionDisconnected -= OnDisconnected;
        Connection.ServerError -= OnServerError;
        await Connection.DisposeAsync().ConfigureAwait(false);
        await _lost.CancelAsync().ConfigureAwait(false);
        lock (_gate) _interrupt.Dispose();
    }

    private ValueTask<(string Host, int Port)> AllowFirstConnect((string Host, int Port) target) =>
        Interlocked.Increment(ref _connects) == 1 ? ValueTask.FromResult(target) : throw new LinkException("the session has ended");

    private ValueTask OnDisconnected(object? sender, NatsEventArgs e) => new(_lost.CancelAsync());

    private ValueTask OnServerError(object? sender, NatsServerErrorEventArgs e)
    {
        CancellationTokenSource? interrupt = null;
        lock (_gate)
        {
            if (SubjectIn(e.Error) is { } subject)
            {
                _refusedSubjects.Add(subject);
                interrupt = _interrupt;
            }
            else
            {
                _serverError = e.Error;
            }
        }

        return interrupt is null ? ValueTask.CompletedTask : new ValueTask(interrupt.CancelAsync());
    }

    private static string? SubjectIn(string error)
    {
        var start = error.IndexOf(PublishRefusal, StringComparison.OrdinalIgnoreCase);
        if (start < 0) return null;
        var subject = error[(start + PublishRefusal.Length)..];
        var end = subject.LastIndexOf('"');
        return end < 0 ? subject : subject[..end];
    }
}
