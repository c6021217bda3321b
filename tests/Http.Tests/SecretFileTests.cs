using PlantRuntime.Conformance.Peers.Http;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Http.Tests.Testing;
using PlantRuntime.Plugins.Http;

namespace PlantRuntime.Http.Tests;

/// <summary>Tests secrets that are replaced while the sink runs: the next request carries the new ones.</summary>
public sealed class SecretFileTests : HttpTestBase
{
    private string _token = "first";
    private string _key = "k1";

    [Theory]
    [InlineData(HttpMode.Array)]
    [InlineData(HttpMode.Single)]
    public async Task The_next_request_has_the_new_token_and_header(HttpMode mode)
    {
        Server.Decide = request =>
            ScriptedReply.From(request["Authorization"] == $"Bearer {_token}" && request["X-Api-Key"] == _key ? 204 : 401);
        var (token, key) = (_token, _key);
        await using var sink = await ConnectAsync(With(mode, () => token, () => key));
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        (_token, _key) = ("second", "k2");
        await Assert.ThrowsAsync<IOException>(() => sink.WriteAsync(Batches.Counting(2, 1, 1), default).AsTask());
        (token, key) = ("second", "k2");
        await sink.WriteAsync(Batches.Counting(2, 1, 1), default);
        Assert.Equal(["Bearer first", "Bearer first", "Bearer second"], Server.Received.Select(r => r["Authorization"]));
        Assert.Equal(["k1", "k1", "k2"], Server.Received.Select(r => r["X-Api-Key"]));
    }

    [Theory]
    [InlineData("two\nlines", "k1", "token")]
    [InlineData("first", "clé", "X-Api-Key")]
    public async Task A_new_secret_that_no_header_can_carry_is_told_and_the_next_one_works(string badToken, string badKey, string name)
    {
        var (token, key) = (badToken, badKey);
        await using var sink = await ConnectAsync(With(HttpMode.Array, () => token, () => key));
        var failure = await Assert.ThrowsAsync<NotConnectedException>(() => sink.WriteAsync(Batches.Counting(1, 0, 1), default).AsTask());
        Assert.StartsWith($"the new secret of {name} holds a character that no header can carry", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Server.Received);
        (token, key) = ("second", "k2");
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        Assert.Equal("Bearer second", Assert.Single(Server.Received)["Authorization"]);
    }

    private HttpOptions With(HttpMode mode, Func<string> token, Func<string> key) => new()
    {
        Url = $"{Server.Url}/in", Mode = mode, Token = new Secret(token), SecretHeaders = { ["X-Api-Key"] = new Secret(key) },
    };
}
