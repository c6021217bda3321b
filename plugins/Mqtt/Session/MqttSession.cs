using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// One connection that the broker has accepted. Receives in the background until it is disposed, and asks for signs of life. One
/// delivery at a time.
/// </summary>
internal sealed class MqttSession : IAsyncDisposable
{
    /// <summary>Longest packet taken: a publisher gets short answers only, and a few words with them.</summary>
    public const int MostReceivedBytes = 64 << 10;

    private readonly MqttLink _link;
    private readonly FrameBuffer _frames;
    private readonly Delivery _delivery;
    private readonly ProtocolVersion _version;
    private readonly SilenceWatch _watch;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _changed = new(0);
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private readonly Task _receiving;
    private LinkException? _failure;

    /// <param name="link">The connection; owned from now on.</param>
    /// <param name="frames">What came in on it, from behind CONNACK.</param>
    /// <param name="delivery">The messages, those of an earlier connection included.</param>
    /// <param name="connAck">What the broker allows.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="time">The clock.</param>
    public MqttSession(MqttLink link, FrameBuffer frames, Delivery delivery, ConnAck connAck, MqttOptions options, TimeProvider time)
    {
        (_link, _frames, _delivery, _version, _timeout, _time) = (link, frames, delivery, options.Protocol, options.Timeout, time);
        Window = Math.Min(options.MaxInFlightOrDefault, connAck.ReceiveMaximum);
        MaximumPacketSize = connAck.MaximumPacketSize;
        var keepAlive = connAck.ServerKeepAlive is { } asked && asked > TimeSpan.Zero ? Min(asked, options.KeepAlive) : options.KeepAlive;
        _watch = new SilenceWatch(time, keepAlive, options.Timeout);
        _receiving = ReceiveAsync();
        _timer = time.CreateTimer(static session => ((MqttSession)session!).Look(), this, _watch.Interval, _watch.Interval);
    }

    /// <summary>Messages that may be without an answer.</summary>
    public int Window { get; }

    /// <summary>Bytes of the longest packet that the broker takes.</summary>
    public long MaximumPacketSize { get; }

    /// <exception cref="LinkException">The connection is gone.</exception>
    public void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure) throw new LinkException(failure.Message, failure);
    }

    /// <summary>Sends what the delivery has to send and waits until it is answered; with QoS 0, until it is sent.</summary>
    /// <exception cref="LinkException">The connection is gone.</exception>
    /// <exception cref="OperationCanceledException">The token ended it. What is on its way stays so.</exception>
    public async ValueTask DeliverAsync(CancellationToken cancel)
    {
        while (true)
        {
            // Before anything else: what is answered is answered, even by a broker that closes the connection behind its answer.
            if (_delivery.IsFinished) return;
            ThrowIfFailed();
            cancel.ThrowIfCancellationRequested();
            var bytes = _delivery.Next(Window);
            if (!bytes.IsEmpty) await SendAsync(bytes, cancel).ConfigureAwait(false);
            else await _changed.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Says goodbye if there is somebody to say it to, and waits until nothing runs any more.</summary>
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
        await _receiving.ConfigureAwait(false);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        _watch.Sent();
        try
        {
            await _link.SendAsync(bytes, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LinkException or OperationCanceledException)
        {
            // What Next gave out counts as sent: a send that ended before its first byte would lose it on this link, so the link ends.
            Fail(e as LinkException ?? new LinkException("the write was cancelled in the middle", e));
            if (e is OperationCanceledException) throw;
            ThrowIfFailed();
        }
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                while (_frames.TryTake(out var packet)) Take(packet.Span);
                await _link.FillAsync(_frames, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            Fail(e as LinkException ?? new LinkException(e.Message, e));
        }
    }

    private void Take(ReadOnlySpan<byte> packet)
    {
        var type = FixedHeader.TypeOf(packet[0]);
        switch (type)
        {
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubComp:
                _watch.Received(isAnswer: true);
                _delivery.Answer(Ack.Parse(packet, _version));
                Wake();
                break;
            case PacketType.PingResp when packet.Length == 2:
                _watch.Received(isAnswer: false);
                break;
            case PacketType.Disconnect when _version == ProtocolVersion.V5:
                throw new LinkException($"the broker ended the connection: {Disconnect.Parse(packet)}");
            default:
                throw new FrameException($"a packet of type {type} that a publisher does not expect", packet);
        }
    }

    private void Look()
    {
        switch (_watch.Look(isWaiting: _delivery.InFlight > 0))
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

    /// <summary>The first failure counts; it ends the connection and wakes whoever waits.</summary>
    private void Fail(LinkException failure)
    {
        Interlocked.CompareExchange(ref _failure, failure, null);
        _link.Dispose();
        Wake();
    }

    private void Wake()
    {
        lock (_gate)
        {
            if (_changed.CurrentCount == 0) _changed.Release();
        }
    }
}
