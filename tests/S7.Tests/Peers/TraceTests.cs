using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests.Peers;

/// <summary>Checks the trace of a connection to snap7's server.</summary>
[Trait("Needs", "Server")]
public class TraceTests
{
    [SkippableFact]
    public async Task Handshake_reads_and_refusals_are_described()
    {
        await using var server = await Snap7Server.StartAsync(new("DB", 500, 0, "SIZE", "40"), new("DB", 500, 10, "INT", "7"));
        var trace = new WireTrace(TimeProvider.System);
        var messages = new TracedMessages(trace);
        await using var driver = new S7Driver(new S7Options { Host = "127.0.0.1", Port = server.Port }, trace: trace);
        await driver.ConnectAsync(CancellationToken.None);
        var scan = new S7Scan(driver, "DB500.DBW10:INT", "DB7.DBX0.1");
        await scan.ReadAsync();
        var lines = messages.Lines;
        Assert.Equal("> connection request, TSAPs 0100 to 0101", lines[0]);
        Assert.Equal("< connection confirmed", lines[1]);
        Assert.Equal("> set up communication, PDU of 960 bytes, 8 jobs, PDU reference 1", lines[2]);
        Assert.StartsWith("< reply to set up communication", lines[3], StringComparison.Ordinal);
        Assert.StartsWith("> read DB500.DBW10, DB7.DBB0, PDU reference 2", lines[4], StringComparison.Ordinal);
        Assert.StartsWith("< reply to read DB500.DBW10, DB7.DBB0, PDU reference 2: 2 bytes, refused, ", lines[5], StringComparison.Ordinal);
        Assert.All(messages.All, m => Assert.Equal(!m.IsSent, m.Latency is not null));
    }

    [Fact]
    public async Task Bytes_that_are_no_packet_are_shown_with_the_reason()
    {
        using var stranger = new Stranger([0x48, 0x54, 0x54, 0x50, 0x2F, 0x31]);
        var trace = new WireTrace(TimeProvider.System);
        var messages = new TracedMessages(trace);
        await using var driver = new S7Driver(new S7Options { Host = "127.0.0.1", Port = stranger.Port }, trace: trace);
        await Assert.ThrowsAsync<NotConnectedException>(async () => await driver.ConnectAsync(CancellationToken.None));
        var reply = Assert.Single(messages.All, m => !m.IsSent);
        Assert.StartsWith("not understood: ", reply.Meaning, StringComparison.Ordinal);
        Assert.Equal("HTTP/1"u8.ToArray(), reply.Bytes.ToArray());
    }

    /// <summary>A peer that answers each connection with the same bytes.</summary>
    private sealed class Stranger(byte[] answer) : LoopbackPeer
    {
        protected override async Task ServeAsync(System.Net.Sockets.Socket socket, int number)
        {
            await socket.SendAsync(answer);
            while (await socket.ReceiveAsync(new byte[256]) > 0)
            {
                // Requests stay unanswered.
            }
        }
    }
}
