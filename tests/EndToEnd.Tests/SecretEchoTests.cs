using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>
/// PLCs and an OPC UA server that repeat a password in what they say: an error text of the server, a text where a number is wanted. No log,
/// file, screen or audit entry has it.
/// </summary>
public class SecretEchoTests
{
    private const string Secret = "mT4#press-hall-9Qz";

    [Trait("Needs", "Server")]
    [SkippableFact]
    public async Task A_password_that_devices_repeat_is_on_no_screen_and_in_no_file()
    {
        using var opcua = new EchoingServer($"user edge with password {Secret} refused");
        await using var s7 = await Snap7Process.StartAsync(
            new ServedBytes("DB", 1, 0, "SIZE", "300"), new ServedBytes("DB", 1, 0, "STRING", $"login {Secret}"));
        await using var eip = await PeerProcess.StartAsync("node", "cip_server.js", JsonSerializer.Serialize(new
        {
            controller = "compactlogix",
            tags = new object[] { new { name = "Text", type = "STRING", value = $"login {Secret}" } },
        }));
        using var site = new SiteFolder($$"""
            [site]
            name = "test"

            [log]
            level = "debug"

            [devices.cell]
            driver   = "opcua"
            host     = "127.0.0.1"
            port     = {{opcua.Port}}
            security = "None"
            user     = "edge"
            password = { file = "secrets/cell" }
            password_in_clear = true
              [devices.cell.tags]
              level = { address = "ns=1;i=1", write = {} }

            [devices.press]
            driver = "s7"
            host   = "127.0.0.1"
            port   = {{s7.Port}}
              [devices.press.tags]
              text = { address = "DB1.DBB0:STRING[254]", scale = 2 }

            [devices.line]
            driver = "eip"
            host   = "127.0.0.1"
            port   = {{eip.Port}}
              [devices.line.tags]
              text = { address = "Text", scale = 2 }

            [sinks.lines]
            sink = "jsonl"
            path = "data/lines.jsonl"
            """);
        Directory.CreateDirectory(site.At("secrets"));
        site.Write("secrets/cell", Secret + "\n");
        site.Write("recipes/all.csx", """
            Plant.press.Scans.To(Sinks.lines);
            Plant.line.Scans.To(Sinks.lines);
            """);
        await using (var plant = PlantProcess.Start("run", site.Path))
        {
            await plant.WhenAsync(@"device=cell .*password \*\*\* refused");
            foreach (var device in new[] { "press", "line" })
            {
                await plant.WhenAsync($@"BAD tag={device}\.text .*\*\*\*");
                var (_, read) = await PlantProcess.RunAsync("read", site.Path, device, "text");
                Assert.Contains("***", read, StringComparison.Ordinal);
                Assert.DoesNotContain(Secret, read, StringComparison.Ordinal);
            }

            foreach (var command in new[] { "doctor", "queue" })
            {
                var (_, output) = await PlantProcess.RunAsync(command, site.Path);
                Assert.DoesNotContain(Secret, output, StringComparison.Ordinal);
            }

            await plant.SignalAsync("TERM");
            await plant.WhenExitedAsync();
            Assert.DoesNotContain(Secret, plant.Output, StringComparison.Ordinal);
        }

        var files = Directory.GetFiles(site.Path, "*", SearchOption.AllDirectories)
            .Where(file => !file.StartsWith(site.At("secrets"), StringComparison.Ordinal)).ToList();
        Assert.Contains(site.At("logs/plant.log"), files);
        foreach (var file in files) Assert.DoesNotContain(Secret, await File.ReadAllTextAsync(file), StringComparison.Ordinal);
    }

    /// <summary>Answers the first message with an error message of OPC UA TCP (OPC 10000-6, 7.1.2.5) and ends the connection.</summary>
    private sealed class EchoingServer(string reason) : LoopbackPeer
    {
        private const uint BadIdentityTokenRejected = 0x8021_0000;

        protected override Task ServeAsync(Socket socket, int number)
        {
            var line = new PeerLine(socket);
            return ReadFramesAsync(socket, 8, held => held[4] | (held[5] << 8) | (held[6] << 16), _ =>
            {
                var text = Encoding.UTF8.GetBytes(reason);
                var message = new byte[16 + text.Length];
                "ERRF"u8.CopyTo(message);
                BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(4), message.Length);
                BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(8), BadIdentityTokenRejected);
                BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(12), text.Length);
                text.CopyTo(message, 16);
                line.Send(message);
                line.Close();
            });
        }
    }
}
