using System.Text;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.OpcUa.Tests.Testing;

namespace PlantRuntime.OpcUa.Tests.Peers;

/// <summary>Checks the trace of a session with a server that we did not write.</summary>
[Trait("Needs", "Server")]
public class TraceTests(SecureServer peer) : IClassFixture<SecureServer>
{
    [SkippableTheory]
    [InlineData("Basic256Sha256")]
    [InlineData("None")]
    public async Task Services_are_described_before_encryption_and_the_login_is_hidden(string policy)
    {
        using var site = new Site();
        await peer.Server.TrustAsync(site.Pki);
        var trace = new WireTrace(TimeProvider.System);
        var messages = new TracedMessages(trace);
        var options = new OpcUaOptions
        {
            Host = "127.0.0.1", Port = peer.Server.Port, Security = policy, User = "operator", Password = new Secret("s3cret"),
            Mode = ReadingMode.Poll,
        };
        await using var driver = await site.ConnectAsync<OpcUaDriver>(options, trace);
        var scan = new PreparedScan(driver,
            [.. Enumerable.Range(0, 2000).Select(n => $"nsu=http://plant.example/line;i={1000 + n}")]);
        await scan.ReadAsync();
        Assert.Equal(2000, scan.Good);

        var lines = messages.Lines;
        Assert.StartsWith("> Hello, opc.tcp://127.0.0.1", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("< Acknowledge", lines[1], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.StartsWith("> CreateSessionRequest, request ", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("< CreateSessionResponse, reply to request ", StringComparison.Ordinal)
            && l.EndsWith("token and nonce hidden", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("> ReadRequest, request ", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("< ReadResponse, reply to request ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.Contains("not understood", StringComparison.Ordinal));

        var login = Assert.Single(messages.All, m => m.Meaning.StartsWith("ActivateSessionRequest", StringComparison.Ordinal));
        Assert.True(login.Bytes.IndexOf("operator"u8) < 0, "the user is part of the hidden login");
        Assert.False(messages.HasBytes("s3cret"));
        var token = Encoding.UTF8.GetString(driver.Session.Connection.AuthenticationToken.Opaque);
        if (token.Length > 0) Assert.False(messages.HasBytes(token));
    }
}
