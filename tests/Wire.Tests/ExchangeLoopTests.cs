using System.Net;
using System.Net.Sockets;

namespace PlantRuntime.Wire.Tests;

/// <summary>Runs exchanges against a scripted peer. A frame is its length, the id in two bytes, and one byte.</summary>
public sealed class ExchangeLoopTests : IDisposable
{
    private const int FrameBytes = 4;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ExchangeLoop<RequestSession> _loop = new((message, inner) => new IOException(message, inner));
    private Socket _peer = null!;

    public ExchangeLoopTests() => _listener.Start();

    public void Dispose()
    {
        _loop.Dispose();
        _peer?.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public async Task Without_a_session_it_is_not_connected()
    {
        var e = await Assert.ThrowsAsync<IOException>(() => _loop.RunAsync(new Rounds(1), default).AsTask());
        Assert.Equal("not connected", e.Message);
    }

    [Fact]
    public async Task No_more_requests_are_in_flight_than_the_session_allows_and_replies_may_change_places()
    {
        await ConnectAsync(maxInFlight: 2);
        var exchange = new Rounds(3, 1);
        var running = _loop.RunAsync(exchange, default).AsTask();
        var first = await ReceiveAsync(2);
        Assert.Equal(0, _peer.Available);
        _peer.Send([.. first[FrameBytes..], .. first[..FrameBytes]]);
        _peer.Send(await ReceiveAsync(1));
        _peer.Send(await ReceiveAsync(1));
        await running;

        Assert.Equal(["0:1", "0:0", "0:2", "1:0"], exchange.Accepted);
        Assert.Equal(0, _loop.Requests.Outstanding);
    }

    [Fact]
    public async Task Late_duplicate_and_foreign_replies_reach_no_exchange()
    {
        await ConnectAsync();
        var (_, late) = await TimeOutAsync(new Rounds(1));
        var exchange = new Rounds(1);
        var running = _loop.RunAsync(exchange, default).AsTask();
        var request = await ReceiveAsync(1);
        _peer.Send([.. late, 4, 99, 99, 0, .. late, .. request]);
        await running;

        Assert.Equal(["0:0"], exchange.Accepted);
        Assert.Equal((1, 1, 1), (_loop.Requests.LateCount, _loop.Requests.DuplicateCount, _loop.Requests.ForeignCount));
    }

    [Fact]
    public async Task The_second_silent_timeout_in_a_row_closes_the_session()
    {
        await ConnectAsync();
        var (first, late) = await TimeOutAsync(new Rounds(1));
        Assert.IsType<OperationCanceledException>(first);
        var running = _loop.RunAsync(new Rounds(1), default).AsTask();
        _peer.Send([.. late, .. await ReceiveAsync(1)]);
        await running;

        Assert.IsType<OperationCanceledException>((await TimeOutAsync(new Rounds(1))).Failure);
        var exchange = new Rounds(1);
        var second = Assert.IsType<IOException>((await TimeOutAsync(exchange)).Failure);

        Assert.Equal("no answer to anything twice in a row", second.Message);
        Assert.Equal(second.Message, exchange.LostBecause);
        Assert.Equal("not connected", Assert.Throws<IOException>(() => _loop.Session).Message);
    }

    [Fact]
    public async Task A_usable_part_of_the_replies_completes_the_exchange_at_the_timeout()
    {
        await ConnectAsync(maxInFlight: 2);
        using var cancel = new CancellationTokenSource();
        var exchange = new Rounds(2) { IsPartUsable = true };
        var running = _loop.RunAsync(exchange, cancel.Token).AsTask();
        _peer.Send((await ReceiveAsync(2))[..FrameBytes]);
        while (_loop.Requests.Outstanding != 1) await Task.Yield();
        await cancel.CancelAsync();
        await running;

        Assert.Equal(["0:0"], exchange.Accepted);
        Assert.Equal(0, _loop.Requests.Outstanding);
    }

    [Fact]
    public async Task An_exchange_that_ends_itself_keeps_the_session_and_sends_no_further_request()
    {
        await ConnectAsync(maxInFlight: 1);
        var exchange = new Rounds(3, 1) { StopsAfter = 1, Failure = new InvalidDataException("refused") };
        var running = _loop.RunAsync(exchange, default).AsTask();
        _peer.Send(await ReceiveAsync(1));
        Assert.Same(exchange.Failure, await Assert.ThrowsAsync<InvalidDataException>(() => running));

        Assert.Equal(["0:0"], exchange.Accepted);
        Assert.Equal(0, _peer.Available);
        Assert.NotNull(_loop.Session);
    }

    [Fact]
    public async Task A_closed_connection_is_reported_to_the_exchange_and_to_the_caller()
    {
        await ConnectAsync();
        var exchange = new Rounds(1);
        var running = _loop.RunAsync(exchange, default).AsTask();
        await ReceiveAsync(1);
        _peer.Shutdown(SocketShutdown.Both);

        Assert.Equal("the far end closed the connection", (await Assert.ThrowsAsync<IOException>(() => running)).Message);
        Assert.Equal("the far end closed the connection", exchange.LostBecause);
    }

    private async Task ConnectAsync(int maxInFlight = 1)
    {
        var port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        await _loop.ConnectAsync(
            async (table, cancel) => new RequestSession(await TcpConnection.ConnectAsync("127.0.0.1", port, cancel), new Framing(), table)
            {
                MaxInFlight = maxInFlight,
            },
            CancellationToken.None);
        _peer = await _listener.AcceptSocketAsync();
    }

    private async Task<byte[]> ReceiveAsync(int frames)
    {
        var bytes = new byte[frames * FrameBytes];
        for (var got = 0; got < bytes.Length;) got += await _peer.ReceiveAsync(bytes.AsMemory(got));
        return bytes;
    }

    // Returns the exception and the request that was not answered.
    private async Task<(Exception? Failure, byte[] Request)> TimeOutAsync(Rounds exchange)
    {
        using var cancel = new CancellationTokenSource();
        var running = _loop.RunAsync(exchange, cancel.Token).AsTask();
        var request = await ReceiveAsync(1);
        await cancel.CancelAsync();
        return (await Record.ExceptionAsync(() => running), request);
    }

    private sealed class Framing : IRequestFraming
    {
        public int MaxFrameBytes => FrameBytes;

        public int FrameLength(ReadOnlySpan<byte> start) => start[0];

        public void Stamp(Span<byte> frame, ushort id) => (frame[1], frame[2]) = ((byte)(id >> 8), (byte)id);

        public bool TryGetId(ReadOnlySpan<byte> frame, out ushort id)
        {
            id = (ushort)(frame[1] << 8 | frame[2]);
            return true;
        }
    }

    /// <summary>An exchange of rounds with these numbers of requests.</summary>
    private sealed class Rounds(params int[] requests) : IExchange
    {
        private int _round = -1;

        public List<string> Accepted { get; } = [];

        public bool IsPartUsable { get; init; }

        public int StopsAfter { get; init; } = int.MaxValue;

        public Exception? Failure { get; init; }

        public string? LostBecause { get; private set; }

        public int PrepareRound()
        {
            if (_round >= 0 && Failure is not null) throw Failure;
            return ++_round < requests.Length ? requests[_round] : 0;
        }

        public Memory<byte> Frames(int first, int count) =>
            Enumerable.Range(first, count).SelectMany(n => (byte[])[FrameBytes, 0, 0, (byte)n]).ToArray();

        public bool Accept(int request, ReadOnlySpan<byte> frame)
        {
            Accepted.Add($"{_round}:{request}");
            return Accepted.Count < StopsAfter;
        }

        public bool TryCompleteAtTimeout() => IsPartUsable;

        public string ConnectionLost(string reason) => LostBecause = reason;
    }
}
