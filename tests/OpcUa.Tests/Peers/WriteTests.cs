using PlantRuntime.Contracts;
using PlantRuntime.OpcUa.Tests.Testing;

namespace PlantRuntime.OpcUa.Tests.Peers;

/// <summary>Writes to node-opcua, which tells what it holds.</summary>
[Collection(nameof(ChangedServer))]
[Trait("Needs", "Server")]
public sealed class WriteTests(PlainServer peer)
{
    private const string Line = "nsu=http://plant.example/line;s=";

    [SkippableTheory]
    [InlineData("Boolean", "false")]
    [InlineData("SByte", "-128")]
    [InlineData("Byte", "255")]
    [InlineData("UInt16", "65535")]
    [InlineData("Int32", "-5")]
    [InlineData("UInt32", "4294967295")]
    [InlineData("Float", "0.5")]
    [InlineData("Double", "-12.25")]
    [InlineData("String", "\"neu\"")]
    [InlineData("Strings", "[\"x\",\"y\",\"z\"]")]
    [InlineData("Booleans", "[false,true]")]
    public async Task A_value_is_written_in_the_servers_type(string name, string json)
    {
        using var site = new Site();
        await using var driver = await site.ConnectAsync<IWritable>(Options);
        await driver.PrepareWrites([new TagDefinition("t", Line + name)]).WriteAsync(0, Json(json), CancellationToken.None);
        Assert.Equal(json, await peer.Server.AskAsync($"get {name}"));
    }

    [SkippableTheory]
    [InlineData("Byte", "256", "does not fit Byte")]
    [InlineData("SByte", "1.5", "does not fit SByte")]
    [InlineData("Boolean", "1", "does not fit Boolean (TRUE or FALSE)")]
    [InlineData("Double", "[1]", "an array for a single Double")]
    [InlineData("Strings", "\"x\"", "for an array of String")]
    [InlineData("State", "\"Broken\"", "is none of Stopped = 0, Running = 1, Fault = 7")]
    [InlineData("State", "3", "is none of Stopped = 0")]
    [InlineData("ReadOnly", "3", "nothing was written")]
    [InlineData("Nowhere", "3", "BadNodeIdUnknown")]
    [InlineData("Motor : Speed", "3", "fields of structures are not written")]
    public async Task What_does_not_fit_is_refused(string name, string json, string reason)
    {
        using var site = new Site();
        await using var driver = await site.ConnectAsync<IWritable>(Options);
        var writer = driver.PrepareWrites([new TagDefinition("t", Line + name)]);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => writer.WriteAsync(0, Json(json), CancellationToken.None).AsTask());
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_enumeration_is_written_by_name()
    {
        using var site = new Site();
        await using var driver = await site.ConnectAsync<IWritable>(Options);
        await driver.PrepareWrites([new TagDefinition("t", Line + "State")]).WriteAsync(0, "Running", CancellationToken.None);
        Assert.Equal("1", await peer.Server.AskAsync("get State"));
    }

    private OpcUaOptions Options => new() { Host = "127.0.0.1", Port = peer.Server.Port, Security = "None", Mode = ReadingMode.Poll };

    private static Value Json(string json)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        return From(document.RootElement);

        static Value From(System.Text.Json.JsonElement element) => element.ValueKind switch
        {
            System.Text.Json.JsonValueKind.True => true,
            System.Text.Json.JsonValueKind.False => false,
            System.Text.Json.JsonValueKind.String => element.GetString(),
            System.Text.Json.JsonValueKind.Array => Value.Of([.. element.EnumerateArray().Select(From)]),
            _ => element.TryGetInt64(out var whole) ? Value.Of(whole) : Value.Of(element.GetDouble()),
        };
    }
}
