using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PlantRuntime.Plugins.Nats.Lease;

/// <summary>
/// The keys of one site in the bucket <see cref="Bucket"/>: the lease, the host that waits, the description of the recipes' state and its
/// pieces. A key begins with the readable part of the site's name and a hash of tenant and name, because keys allow few characters.
/// Immutable; pure.
/// </summary>
internal sealed class LeaseKey
{
    /// <summary>Name of the bucket; one for all sites of an account.</summary>
    public const string Bucket = "plant-lease";

    /// <summary>Name of the bucket's stream, and prefix of its subjects (nats-architecture-and-design, ADR-8).</summary>
    public const string Stream = $"KV_{Bucket}";

    private const int MostReadable = 40;
    private readonly string _site;

    public LeaseKey(string tenant, string site)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"plant lease\n{tenant}\n{site}"));
        var readable = string.Concat(site.Take(MostReadable).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
        _site = $"{readable}-{Convert.ToHexStringLower(hash.AsSpan(0, 8))}";
    }

    /// <summary>Key of the lease; its value is a <see cref="LeaseValue"/>.</summary>
    public string Holder => $"{_site}.holder";

    /// <summary>Key that hosts which wait for the lease write every second; its value is a <see cref="LeaseValue"/>.</summary>
    public string Waiting => $"{_site}.waiting";

    /// <summary>Key of the <see cref="StateManifest"/>.</summary>
    public string State => $"{_site}.state";

    /// <summary>Subject filter of the pieces that a host saved.</summary>
    public string PiecesOf(long token) => string.Create(CultureInfo.InvariantCulture, $"$KV.{Bucket}.{_site}.state.{token}.>");

    /// <summary>Key of one piece.</summary>
    public string Piece(long token, int slot, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{_site}.state.{token}.{slot}.{index}");
}
