using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.OpcUa.Tests.Testing;

namespace PlantRuntime.OpcUa.Tests.Faults;

/// <summary>Servers that answer a Read in ways that good servers never do.</summary>
public sealed class ReadingTests : IDisposable
{
    private readonly ScriptedServer _server = new();
    private readonly Site _site = new();

    public ReadingTests()
    {
        for (var n = 0; n < 100; n++) _server.Values[$"ns=1;i={n + 1}"] = new PeerWriter().U8(11).F64(n).Bytes;
    }

    public void Dispose()
    {
        _server.Dispose();
        _site.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(60_000)]
    public async Task Chunks_of_every_size_give_the_same_values(int chunkBody)
    {
        _server.ChunkBody = chunkBody;
        await using var driver = await ConnectAsync();
        var scan = Scan(driver);
        await scan.ReadAsync();
        Assert.Equal(100, scan.Good);
        Assert.Equal(99, scan[99].Number);
    }

    [Fact]
    public async Task A_limit_that_the_server_did_not_tell_is_learned_and_kept()
    {
        _server.Script = (connection, request) =>
        {
            if (request.Type != 631) return false;
            var peek = new PeerWriter();
            return Refuse(connection, request, most: 30, peek);
        };
        await using var driver = await ConnectAsync();
        var scan = Scan(driver);
        await scan.ReadAsync();
        Assert.Equal(100, scan.Good);
        var before = driver.Session.Connection.Requests;
        await scan.ReadAsync();
        Assert.Equal(100, scan.Good);
        Assert.Equal(4, driver.Session.Connection.Requests - before);
        await driver.ConnectAsync(CancellationToken.None);
        await scan.ReadAsync();
        Assert.Equal(100, scan.Good);
    }

    [Fact]
    public async Task One_node_that_makes_the_whole_request_fail_affects_only_itself()
    {
        _server.Script = (connection, request)
            => request.Type == 631 && Contains(request, "ns=1;i=43") && Fault(connection, request, 0x8002_0000);
        await using var driver = await ConnectAsync();
        var scan = Scan(driver);
        await scan.ReadAsync();
        Assert.Equal((99, "BAD_DEVICE BadInternalError"), (scan.Good, scan.Fault(42)));
        var before = driver.Session.Connection.Requests;
        await scan.ReadAsync();
        Assert.Equal((99, "BAD_DEVICE BadInternalError"), (scan.Good, scan.Fault(42)));
        Assert.Equal(2, driver.Session.Connection.Requests - before);
    }

    [Fact]
    public async Task Late_and_foreign_responses_are_no_values()
    {
        await using var driver = await ConnectAsync();
        var scan = Scan(driver);
        await scan.ReadAsync();
        var held = new List<Action>();
        _server.Script = (connection, request) =>
        {
            if (request.Type != 631 || held.Count > 0) return false;
            held.Add(()
                => connection.Send(request.Id, new PeerWriter().Response(634, request.Handle).I32(1).U8(1).U8(11).F64(-1).I32(0).Bytes));
            connection.Send(request.Id + 1000, new PeerWriter().Response(634, request.Handle).I32(0).I32(0).Bytes);
            return true;
        };
        using var deadline = new CancellationTokenSource();
        var reading = scan.ReadAsync(deadline.Token).AsTask();
        while (held.Count == 0) await Task.Delay(1);
        await deadline.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        held[0]();
        await scan.ReadAsync();
        Assert.Equal((100, 42.0), (scan.Good, scan[42].Number));
        Assert.Equal(2, driver.Session.Connection.LateResponses);
    }

    [Fact]
    public async Task A_response_with_another_handle_is_no_value()
    {
        await using var driver = await ConnectAsync();
        var scan = new PreparedScan(driver, "ns=1;i=5");
        await scan.ReadAsync();
        _server.Script = (connection, request) =>
        {
            if (request.Type != 631) return false;
            connection.Send(request.Id, new PeerWriter().Response(634, request.Handle + 1).I32(1).U8(1).U8(11).F64(-1).I32(0).Bytes);
            return true;
        };
        await scan.ReadAsync();
        Assert.Equal("BAD_TYPE BadDecodingError", scan.Fault(0));
        _server.Script = null;
        await scan.ReadAsync();
        Assert.Equal(4, scan[0].Number);
    }

    [Theory]
    [InlineData("gap", "sequence number")]
    [InlineData("token", "security token 99")]
    [InlineData("channel", "secure channel 99")]
    [InlineData("endless", "longer than the")]
    [InlineData("empty", "chunks allowed")]
    [InlineData("garbage", "no OPC UA message")]
    [InlineData("length", "a frame of")]
    [InlineData("error", "the server ended the connection: BadTcpNotEnoughResources: full")]
    [InlineData("close", "closed the connection")]
    public async Task What_breaks_the_channel_ends_the_connection_and_the_next_one_works(string fault, string reason)
    {
        await using var driver = await ConnectAsync();
        var scan = Scan(driver);
        await scan.ReadAsync();
        _server.Script = (connection, request) =>
        {
            if (request.Type != 631) return false;
            Break(connection, request, fault);
            return true;
        };
        var lost = await Assert.ThrowsAsync<NotConnectedException>(() => scan.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains(reason, lost.Message, StringComparison.Ordinal);
        _server.Script = null;
        _server.Damage = null;
        await driver.ConnectAsync(CancellationToken.None);
        await scan.ReadAsync();
        Assert.Equal(100, scan.Good);
    }

    [Fact]
    public async Task An_aborted_response_fails_alone()
    {
        await using var driver = await ConnectAsync();
        var scan = new PreparedScan(driver, "ns=1;i=5");
        await scan.ReadAsync();
        _server.Script = (connection, request) =>
        {
            if (request.Type != 631) return false;
            connection.SendChunk(request.Id, new byte[50], 'C');
            connection.SendChunk(request.Id, new PeerWriter().U32(0x8008_0000).Text("too long").Bytes, 'A');
            return true;
        };
        await scan.ReadAsync();
        Assert.Equal("BAD_DEVICE BadEncodingLimitsExceeded", scan.Fault(0));
        _server.Script = null;
        await scan.ReadAsync();
        Assert.Equal(1, scan.Good);
    }

    [Fact]
    public async Task A_lost_session_is_created_again()
    {
        await using var driver = await ConnectAsync();
        var scan = new PreparedScan(driver, "ns=1;i=5");
        await scan.ReadAsync();
        var isLost = true;
        _server.Script = (connection, request) => isLost && request.Type is 631 or 467 && isLost && Fault(connection, request, 0x8025_0000);
        await Assert.ThrowsAsync<NotConnectedException>(() => scan.ReadAsync().AsTask());
        isLost = false;
        await driver.ConnectAsync(CancellationToken.None);
        await scan.ReadAsync();
        Assert.Equal(1, scan.Good);
        Assert.Equal(2, _server.Requests.Count(type => type == 461));
    }

    private static void Break(ScriptedServer.PeerConnection connection, PeerRequest request, string fault)
    {
        switch (fault)
        {
            case "gap":
                connection.SequenceGap = 1;
                connection.SendChunk(request.Id, [0], 'F');
                break;
            case "token": connection.SendRaw(
                [.. "MSGF"u8, .. new PeerWriter().I32(25).U32(7).U32(99).U32(50).U32(request.Id).U8(0).Bytes]); break;
            case "channel": connection.SendRaw(
                [.. "MSGF"u8, .. new PeerWriter().I32(25).U32(99).U32(1).U32(50).U32(request.Id).U8(0).Bytes]); break;
            case "endless":
                try
                {
                    for (var n = 0; n < 1000; n++) connection.SendChunk(request.Id, new byte[60_000], 'C');
                }
                catch (System.Net.Sockets.SocketException)
                {
                }

                break;
            case "empty":
                try
                {
                    for (var n = 0; n < 10_000; n++) connection.SendChunk(request.Id, [], 'C');
                }
                catch (System.Net.Sockets.SocketException)
                {
                }

                break;
            case "garbage": connection.SendRaw("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray()); break;
            case "length": connection.SendRaw([.. "MSGF"u8, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0]); break;
            case "error": connection.SendRaw([.. "ERRF"u8, .. new PeerWriter().I32(20).U32(0x8081_0000).Text("full").Bytes]); break;
            default: connection.Close(); break;
        }
    }

    private static bool Refuse(ScriptedServer.PeerConnection connection, PeerRequest request, int most, PeerWriter rest)
    {
        request.Body.F64();
        request.Body.I32();
        var count = request.Body.I32();
        if (count > most) return Fault(connection, request, 0x8010_0000);
        rest.Response(634, request.Handle).I32(count);
        for (var i = 0; i < count; i++)
        {
            var (node, attribute, _) = request.Body.ReadValueId();
            if (attribute == 13 && node.StartsWith("ns=1", StringComparison.Ordinal)) rest.U8(1).U8(6).I32(1);
            else rest.U8(2).U32(0x8035_0000);
        }

        connection.Send(request.Id, rest.I32(0).Bytes);
        return true;
    }

    /// <summary>True if a Read asks for the value of this node.</summary>
    internal static bool Contains(PeerRequest request, string node)
    {
        var copy = request.Body.Copy();
        copy.F64();
        copy.I32();
        for (var count = copy.I32(); count > 0; count--)
        {
            if (copy.ReadValueId() is var id && id.Node == node && id.Attribute == 13) return true;
        }

        return false;
    }

    private static bool Fault(ScriptedServer.PeerConnection connection, PeerRequest request, uint status)
    {
        connection.Fault(request, status);
        return true;
    }

    private static PreparedScan Scan(IDriver driver) => new(driver, [.. Enumerable.Range(1, 100).Select(n => $"ns=1;i={n}")]);

    private Task<OpcUaDriver> ConnectAsync() => _site.ConnectAsync<OpcUaDriver>(new OpcUaOptions
    {
        Host = "127.0.0.1", Port = _server.Port, Security = "None", Mode = ReadingMode.Poll,
    });
}
