using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using NATS.NKeys;

namespace PlantRuntime.Nats.Tests.Testing;

/// <summary>
/// An operator with one account and one user, as nsc creates them: JSON Web Tokens signed by nkeys (docs.nats.io, "JWT authentication").
/// </summary>
internal sealed class Jwt : IDisposable
{
    private static readonly object s_unlimited = new
    {
        subs = -1, data = -1, payload = -1, imports = -1, exports = -1, wildcards = true, conn = -1, leaf = -1, mem_storage = -1,
        disk_storage = -1, streams = -1, consumer = -1,
    };

    private readonly KeyPair _operator = KeyPair.CreatePair(PrefixByte.Operator);
    private readonly KeyPair _system = KeyPair.CreatePair(PrefixByte.Account);
    private readonly KeyPair _account = KeyPair.CreatePair(PrefixByte.Account);
    private readonly KeyPair _user = KeyPair.CreatePair(PrefixByte.User);

    /// <summary>Lines for the server.</summary>
    public string Config =>
        $$"""
        operator: {{Sign(_operator, _operator, new { type = "operator", version = 2 })}}
        system_account: {{_system.GetPublicKey()}}
        resolver: MEMORY
        resolver_preload: {
          {{_system.GetPublicKey()}}: {{Sign(_operator, _system, new { type = "account", version = 2, limits = WithoutJetStream() })}}
          {{_account.GetPublicKey()}}: {{Sign(_operator, _account, new { type = "account", version = 2, limits = s_unlimited })}}
        }
        """;

    /// <summary>The text of the user's file.</summary>
    public string Creds =>
        $"""
        -----BEGIN NATS USER JWT-----
        {Sign(_account, _user, new { type = "user", version = 2, subs = -1, data = -1, payload = -1 })}
        ------END NATS USER JWT------

        -----BEGIN USER NKEY SEED-----
        {_user.GetSeed()}
        ------END USER NKEY SEED------

        """;

    public void Dispose()
    {
        foreach (var pair in new[] { _operator, _system, _account, _user }) pair.Dispose();
    }

    private static object WithoutJetStream() =>
        new { subs = -1, data = -1, payload = -1, imports = -1, exports = -1, wildcards = true, conn = -1, leaf = -1 };

    private static string Sign(KeyPair issuer, KeyPair subject, object nats)
    {
        var claims = new
        {
            jti = "test", iat = 1_700_000_000, iss = issuer.GetPublicKey(), name = "test", sub = subject.GetPublicKey(), nats,
        };
        var text = $"{Encode("""{"typ":"JWT","alg":"ed25519-nkey"}"""u8)}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        var signature = new byte[64];
        issuer.Sign(Encoding.ASCII.GetBytes(text), signature);
        return $"{text}.{Encode(signature)}";
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
