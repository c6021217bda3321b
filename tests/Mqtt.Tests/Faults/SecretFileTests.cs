using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Faults;

/// <summary>Tests a password that is replaced while sink and driver run: the next connect uses it.</summary>
public sealed class SecretFileTests : IDisposable
{
    private readonly SinkFixture _fixture = new();
    private readonly List<string> _passwords = [];
    private string _password = "first";

    public SecretFileTests() => _fixture.Broker.Script = (packet, connection) =>
    {
        if (packet.Type != BrokerPacket.Connect)
        {
            connection.Reply(packet);
            return;
        }

        // The password is the last field of CONNECT.
        var body = Encoding.Latin1.GetString(packet.Body);
        _passwords.Add(body[(body.LastIndexOf('\0') + 2)..]);
        connection.ConnAck(code: (byte)(body.EndsWith(_password, StringComparison.Ordinal) ? 0 : 0x86));
    };

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task The_sink_uses_the_new_password_at_the_next_connect()
    {
        var given = "first";
        await using var sink = await _fixture.ConnectAsync(new MqttSinkOptions
        {
            Host = "127.0.0.1", Port = _fixture.Broker.Port, Topic = "t", User = "edge", Password = new Secret(() => given),
        });
        _password = "second";
        await Assert.ThrowsAsync<NotConnectedException>(() => sink.ConnectAsync(default).AsTask());
        given = "second";
        await sink.ConnectAsync(default);
        await sink.WriteAsync(SinkFixture.Numbers(1, 0, 1), default);
        Assert.Equal(["first", "first", "second"], _passwords);
    }

    [Fact]
    public async Task The_driver_uses_the_new_password_at_the_next_connect()
    {
        var given = "first";
        var options = new MqttDriverOptions
        {
            Host = "127.0.0.1", Port = _fixture.Broker.Port, User = "edge", Password = new Secret(() => given),
        };
        await using var driver = new DriverFixture(options, _fixture.Clock, "a");
        await driver.ConnectAsync();
        (_password, given) = ("second", "second");
        await driver.ConnectAsync();
        Assert.Equal(["first", "second"], _passwords);
    }
}
