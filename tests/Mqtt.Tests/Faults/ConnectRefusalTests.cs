using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Faults;

/// <summary>Tests refusals of CONNECT and brokers that do not support the options.</summary>
public sealed class ConnectRefusalTests : IDisposable
{
    private readonly SinkFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("3.1.1", 1, "unacceptable protocol version (0x01)")]
    [InlineData("3.1.1", 4, "bad user name or password (0x04)")]
    [InlineData("3.1.1", 5, "not authorized (0x05)")]
    [InlineData("3.1.1", 9, "unknown return code (0x09)")]
    [InlineData("5.0", 0x84, "unsupported protocol version (0x84)")]
    [InlineData("5.0", 0x86, "bad user name or password (0x86)")]
    [InlineData("5.0", 0x87, "not authorized (0x87)")]
    [InlineData("5.0", 0x89, "server busy (0x89)")]
    [InlineData("5.0", 0x9F, "connection rate exceeded (0x9F)")]
    public async Task A_refusal_is_reported_by_its_name(string version, byte code, string name)
    {
        _fixture.Broker.Script = (_, connection) => connection.ConnAck(code: code);
        await using var sink = _fixture.Open(_fixture.Options(version: version));
        var error = await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.ConnectAsync(default));
        Assert.EndsWith($"the broker refuses the connection: {name}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_of_3_1_1_that_refuses_version_5_in_its_own_form_is_understood()
    {
        _fixture.Broker.Script = (_, connection) => connection.Send(0x20, 2, 0, 1);
        await using var sink = _fixture.Open();
        var error = await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.ConnectAsync(default));
        Assert.EndsWith("unacceptable protocol version (0x01)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("20 05 00 00 02 24 00", "the broker accepts QoS 0 at most, and qos is 1: lower qos")]
    [InlineData("20 03 01 00 00", "the broker resumed a session although CONNECT requested a clean one")]
    [InlineData("20 06 00 00 03 21 00 00", "a packet whose property 0x21 is 0: 20 06 00 00 03 21 00 00")]
    [InlineData("20 07 00 00 04 24 00 24 00", "a packet with property 0x24 twice: 20 07 00 00 04 24 00 24 00")]
    [InlineData("20 05 00 00 02 01 00", "a packet with property 0x01, which is not allowed there: 20 05 00 00 02 01 00")]
    [InlineData("20 03 00 00 09", "a packet that ends in the middle of a field: 20 03 00 00 09")]
    [InlineData("20 04 00 00 00 00", "a packet with bytes after its last field: 20 04 00 00 00 00")]
    [InlineData("D0 00", "a packet before CONNACK: D0 00")]
    [InlineData("48 54 54 50", "a packet whose type and flags a broker does not send: 48 54 54 50")]
    public async Task An_invalid_or_unsuitable_connack_is_reported(string hex, string reason)
    {
        _fixture.Broker.Script = (_, connection) => connection.Send(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        await using var sink = _fixture.Open();
        var error = await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.ConnectAsync(default));
        Assert.EndsWith(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_closes_the_connection_leads_to_a_hint()
    {
        _fixture.Broker.Script = (_, connection) => connection.Close();
        await using var sink = _fixture.Open();
        var error = await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.ConnectAsync(default));
        Assert.EndsWith(
            "the far end closed the connection, before CONNECT was answered: does this port require TLS or WebSockets?", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_sink_sends_disconnect()
    {
        await (await _fixture.ConnectAsync()).DisposeAsync();
        await _fixture.Broker.WaitForAsync(BrokerPacket.Disconnect);
    }
}
