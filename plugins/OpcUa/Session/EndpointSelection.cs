using PlantRuntime.Plugins.OpcUa.Security;
using PlantRuntime.Plugins.OpcUa.Wire.Services;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.OpcUa.Session;

/// <summary>Chooses one of the endpoints that a server offers. Pure.</summary>
internal static class EndpointSelection
{
    private const string Binary = "http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary";

    /// <summary>The endpoint with the wanted policy and mode; without a wish the strongest, never one without security.</summary>
    /// <exception cref="LinkException">The server offers none; the message lists what it offers.</exception>
    public static EndpointDescription Select(IReadOnlyList<EndpointDescription> offered, SecurityPolicy? policy, MessageSecurityMode? mode)
    {
        var usable = offered.Where(e => e.TransportProfileUri is "" or Binary).ToList();
        var best = usable.Where(e => SecurityPolicy.Find(e.SecurityPolicyUri) is { } known && IsWanted(known, e.Mode, policy, mode))
            .OrderBy(e => IndexOf(e.SecurityPolicyUri)).ThenByDescending(e => e.Mode).FirstOrDefault();
        if (best is not null) return best;
        var wish = policy is null ? "a security policy that is supported" : $"{policy.Name}{(mode is null ? "" : $" with {mode}")}";
        var remedy = policy is null && usable.Exists(e => e.Mode == MessageSecurityMode.None)
            ? "; switch security on at the server, or write security = \"None\" if everybody on this network may read and change values"
            : "; change security in site.toml or at the server";
        throw new LinkException($"the server does not offer {wish}; it offers: {Describe(usable)}{remedy}");
    }

    /// <summary>Describes the endpoints of a server for messages and the doctor: "Basic256Sha256 Sign, None".</summary>
    public static string Describe(IEnumerable<EndpointDescription> endpoints)
    {
        var all = endpoints.Select(e => e.Mode == MessageSecurityMode.None ? SecurityPolicy.NameOf(e.SecurityPolicyUri)
            : $"{SecurityPolicy.NameOf(e.SecurityPolicyUri)} {e.Mode}");
        return string.Join(", ", all.Distinct()) is { Length: > 0 } text ? text : "nothing";
    }

    private static bool IsWanted(SecurityPolicy offered, MessageSecurityMode offeredMode, SecurityPolicy? policy, MessageSecurityMode? mode)
    {
        if (offered.IsSecure != offeredMode is MessageSecurityMode.Sign or MessageSecurityMode.SignAndEncrypt) return false;
        return (policy is null ? offered.IsSecure : offered == policy) && (mode is null || mode == offeredMode);
    }

    private static int IndexOf(string uri) => SecurityPolicy.All.ToList().FindIndex(policy => policy.Uri == uri);
}
