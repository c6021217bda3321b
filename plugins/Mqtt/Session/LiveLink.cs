using System.Runtime.CompilerServices;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// An accepted connection that is watched: asks for signs of life, ends when none come, and remembers why it ended. Several may send, one
/// receives.
/// </summary>
internal sealed class LiveLink : IAsyncDisposable
{
    private readonly MqttLink _link;
    private readonly SilenceWatch _watch;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly Func<bool> _isWaiting;
    private readonly ITimer _timer;
    private LinkException? _failure;
    private volatile bool _isListening = true;

    /// <param name="welcome">The connection; owned from now on.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="isWaiting">True while something that was sent has no answer.</param>
    /// <param name="time">The clock.</param>
    public LiveLink(Welcome welcome, MqttOptions options, Func<bool> isWaiting, TimeProvider time)
    {
        (_link, Frames, _timeout, _isWaiting, _time) = (welcome.Link, welcome.Frames, options.AnswerTimeout, isWaiting, time);
        var asked = welcome.Ack.ServerKeepAlive ?? TimeSpan.Zero;
        _watch = new SilenceWatch(time, asked > TimeSpan.Zero && asked < options.KeepAlive ? asked : options.KeepAlive, _timeout);
        _timer = time.CreateTimer(static link => ((LiveLink)link!).Look(), this, _watch.Interval, _watch.Interval);
    }

    /// <summary>What came in.</summary>
    public FrameBuffer Frames { get; }

    /// <summary>Called once, when the connection has ended.</summary>
    public Action Ended { get; set; } = static () => { };

    /// <summary>False while nobody waits for packets, so that their absence says nothing.</summary>
    public bool IsListening
    {
        get => _isListening;
        set => _isListening = value;
    }

    /// <summary>A packet came in.</summary>
    /// <param name="isAnswer">It answers what was sent.</param>
    public void Received(bool isAnswer) => _watch.Received(isAnswer);

    /// <exception cref="LinkException">The connection is gone.</exception>
    public void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure) throw new LinkException(failure.Message, failure);
    }

    /// <summary>Sends all bytes. A send that fails or is cancelled ends the connection: what was to be sent counts as sent.</summary>
    /// <exception cref="LinkException">The connection is gone.</exception>
    /// <exception cref="OperationCanceledException">The token ended it.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        _watch.Sent();
        try
        {
            await _link.SendAsync(bytes, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LinkException or OperationCanceledException)
        {
            Fail(e as LinkException ?? new LinkException("the write was cancelled in the middle", e));
            if (e is OperationCanceledException) throw;
            ThrowIfFailed();
        }
    }

    /// <summary>Waits for more bytes in <see cref="Frames"/>.</summary>
    /// <exception cref="LinkException">The connection is gone.</exception>
    /// <exception cref="OperationCanceledException">The token ended it; nothing is lost.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask FillAsync(CancellationToken cancel)
    {
        try
        {
            await _link.FillAsync(Frames, cancel).ConfigureAwait(false);
        }
        catch (LinkException e)
        {
            Fail(e);
            ThrowIfFailed();
        }
    }

    /// <summary>Has TCP acknowledge what came in now, instead of with our next packet.</summary>
    public void AcknowledgeSegments() => _link.AcknowledgeSegments();

    /// <summary>Ends the connection. The first failure counts.</summary>
    public void Fail(LinkException failure)
    {
        var isFirst = Interlocked.CompareExchange(ref _failure, failure, null) is null;
        _link.Dispose();
        if (isFirst) Ended();
    }

    /// <summary>Says goodbye if there is somebody to say it to.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        if (Volatile.Read(ref _failure) is null)
        {
            try
            {
                using var limit = new CancellationTokenSource(_timeout, _time);
                await _link.SendAsync(Disconnect.Normal, limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is LinkException or OperationCanceledException)
            {
                // It was a courtesy.
            }
        }

        Fail(new LinkException("the connection is closed"));
    }

    private void Look()
    {
        switch (_watch.Look(_isWaiting(), _isListening))
        {
            case WatchResult.Ask:
                _ = AskAsync();
                break;
            case WatchResult.Dead:
                Fail(new LinkException($"no answer from the broker within {_timeout.TotalSeconds:0.###} s"));
                break;
        }
    }

    private async Task AskAsync()
    {
        try
        {
            await _link.SendAsync(Ping.Request, CancellationToken.None).ConfigureAwait(false);
        }
        catch (LinkException e)
        {
            Fail(e);
        }
    }
}
