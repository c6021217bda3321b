using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlantRuntime.Plugins.OpcUa.Wire;

namespace PlantRuntime.Plugins.OpcUa.Security;

/// <summary>
/// Checks a server's certificate in the order of OPC 10000-4, 6.1.3, table 100: structure, chain, signature, policy, trust, validity, host,
/// URI, usage, revocation. There is no way to switch a check off.
/// </summary>
/// <param name="store">The site's certificates.</param>
/// <param name="trustCommand">The command that trusts the server: <c>plant trust site device</c>.</param>
/// <param name="time">The clock against which validity is checked.</param>
internal sealed class CertificateValidator(CertificateStore store, string trustCommand, TimeProvider time)
{
    /// <summary>Checks; what is refused is saved in the folder rejected.</summary>
    /// <param name="chain">The server's certificate, and what it sent of its chain.</param>
    /// <param name="applicationUri">URI that the endpoint names; empty if it names none.</param>
    /// <param name="host">Host that the client connects to.</param>
    /// <param name="policy">The policy it is used with.</param>
    /// <exception cref="CertificateException">It is refused.</exception>
    public void Validate(X509Certificate2Collection chain, string applicationUri, string host, SecurityPolicy policy)
    {
        var certificate = chain[0];
        var (trusted, issuers) = (store.Trusted(), store.Issuers());
        var path = BuildPath(certificate, chain, trusted, issuers);
        CheckKey(certificate, policy);
        CheckTrust(certificate, path, trusted);
        CheckTimes(path);
        CheckHost(certificate, host);
        CheckUri(certificate, applicationUri);
        CheckUsage(certificate);
        CheckRevocation(path);
    }

    /// <summary>The server's certificate and its chain, from what it sent (OPC 10000-6, 6.2.6: one DER after the other).</summary>
    /// <exception cref="CertificateException">The bytes are no certificate.</exception>
    public static X509Certificate2Collection Parse(ReadOnlySpan<byte> bytes)
    {
        var chain = new X509Certificate2Collection();
        try
        {
            while (!bytes.IsEmpty)
            {
                System.Formats.Asn1.AsnDecoder.ReadSequence(bytes, System.Formats.Asn1.AsnEncodingRules.DER, out var offset, out var length,
                    out _);
                chain.Add(X509CertificateLoader.LoadCertificate(bytes[..(offset + length)]));
                bytes = bytes[(offset + length)..];
            }
        }
        catch (Exception e) when (e is CryptographicException or System.Formats.Asn1.AsnContentException)
        {
            throw new CertificateException(StatusCodes.BadCertificateInvalid, $"the server's certificate cannot be read: {e.Message}");
        }

        return chain.Count > 0 ? chain
            : throw new CertificateException(StatusCodes.BadCertificateInvalid, "the server sent no certificate");
    }

    private static List<X509Certificate2> BuildPath(
        X509Certificate2 certificate, X509Certificate2Collection sent, X509Certificate2Collection trusted,
        X509Certificate2Collection issuers)
    {
        var path = new List<X509Certificate2> { certificate };
        var known = trusted.Concat(issuers).Concat(sent).ToList();
        while (!IsSelfIssued(path[^1]))
        {
            var last = path[^1];
            var named = known.Where(c => c.SubjectName.RawData.AsSpan().SequenceEqual(last.IssuerName.RawData)).ToList();
            if (named.Count == 0) break;
            var issuer = named.Find(c => Signatures.IsSignedBy(last, c));
            if (issuer is null || path.Count > 8) throw Invalid(certificate, $"the signature of \"{last.Subject}\" is not its issuer's");
            path.Add(issuer);
        }

        if (IsSelfIssued(path[^1]) && !Signatures.IsSignedBy(path[^1], path[^1]))
            throw Invalid(certificate, $"the signature of \"{path[^1].Subject}\" is wrong");
        foreach (var issuer in path.Skip(1))
        {
            var constraints = issuer.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault();
            if (constraints is not { CertificateAuthority: true })
                throw new CertificateException(StatusCodes.BadCertificateIssuerUseNotAllowed,
                    $"\"{issuer.Subject}\" issued a certificate, but is no authority");
        }

        return path;

        static CertificateException Invalid(X509Certificate2 certificate, string what) => new(StatusCodes.BadCertificateInvalid,
            $"{Named(certificate)} is refused: {what}; it was altered or belongs to another issuer");
    }

    private static bool IsSelfIssued(X509Certificate2 c) => c.SubjectName.RawData.AsSpan().SequenceEqual(c.IssuerName.RawData);

    private static void CheckKey(X509Certificate2 certificate, SecurityPolicy policy)
    {
        using var key = certificate.GetRSAPublicKey();
        var wrong = key is null ? "its key is no RSA key"
            : key.KeySize < policy.MinKeyBits || key.KeySize > policy.MaxKeyBits
            ? $"its key has {key.KeySize} bits, but {policy.Name} needs {policy.MinKeyBits} to {policy.MaxKeyBits}"
            : certificate.SignatureAlgorithm.Value is "1.2.840.113549.1.1.5" or "1.2.840.113549.1.1.4"
            ? "it is signed with SHA-1 or MD5, which are broken"
            : null;
        if (wrong is not null)
            throw new CertificateException(StatusCodes.BadCertificatePolicyCheckFailed,
                $"{Named(certificate)} is refused: {wrong}; create a new one at the server");
    }

    private void CheckTrust(X509Certificate2 certificate, List<X509Certificate2> path, X509Certificate2Collection trusted)
    {
        if (path.Exists(c => trusted.Any(t => t.RawDataMemory.Span.SequenceEqual(c.RawDataMemory.Span)))) 
        {
            if (IsSelfIssued(path[^1])) return;
            throw new CertificateException(StatusCodes.BadCertificateChainIncomplete,
                $"{Named(certificate)} is refused: its issuer \"{path[^1].Issuer}\" is missing; put the issuer's certificate into {Path.Combine(store.Folder, "issuer", "certs")}");
        }

        store.Reject(certificate);
        throw new CertificateException(StatusCodes.BadCertificateUntrusted,
            $"{Named(certificate)} is not trusted; compare its thumbprint with the one that the server shows, then run: {trustCommand}");
    }

    private void CheckTimes(List<X509Certificate2> path)
    {
        var now = time.GetUtcNow();
        for (var i = 0; i < path.Count; i++)
        {
            var (from, to) = (path[i].NotBefore.ToUniversalTime(), path[i].NotAfter.ToUniversalTime());
            if (now.UtcDateTime >= from && now.UtcDateTime <= to) continue;
            var remedy = now.UtcDateTime < from ? "check the clock of this computer and of the server"
                : "renew it at the server, or check the clock of this computer";
            throw new CertificateException(i == 0 ? StatusCodes.BadCertificateTimeInvalid : StatusCodes.BadCertificateIssuerTimeInvalid,
                $"{Named(path[i])} is refused: it is valid from {Format(from)} to {Format(to)}, and the clock of this computer says {Format(now.UtcDateTime)}; {remedy}");
        }
    }

    private static void CheckHost(X509Certificate2 certificate, string host)
    {
        var hosts = SubjectNames.Of(certificate).Hosts;
        if (hosts.Any(name => string.Equals(name, host, StringComparison.OrdinalIgnoreCase))) return;
        if (IPAddress.TryParse(host, out var address)
            && hosts.Any(name => IPAddress.TryParse(name, out var other) && other.Equals(address))) return;
        // This computer, by whichever of its names.
        var isHere = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (address is not null && IPAddress.IsLoopback(address));
        if (isHere && hosts.Any(IsThisComputer)) return;
        var names = hosts.Count > 0 ? string.Join(", ", hosts) : "no host at all";
        throw new CertificateException(StatusCodes.BadCertificateHostNameInvalid,
            $"{Named(certificate)} is refused: it is for {names}, not for '{host}'; write one of its names as host, or, if the server is reached under another "
            + "address, add certificate_host = \"name in the certificate\" to the device");
    }

    private static bool IsThisComputer(string name) =>
        name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address))
        || name.Equals(Dns.GetHostName(), StringComparison.OrdinalIgnoreCase)
        || name.Split('.')[0].Equals(Dns.GetHostName().Split('.')[0], StringComparison.OrdinalIgnoreCase);

    private static void CheckUri(X509Certificate2 certificate, string applicationUri)
    {
        var uris = SubjectNames.Of(certificate).Uris;
        if (uris.Contains(applicationUri, StringComparer.Ordinal)) return;
        throw new CertificateException(StatusCodes.BadCertificateUriInvalid,
            $"{Named(certificate)} is refused: it is for the application '{string.Join(", ", uris)}', but the endpoint says '{applicationUri}'; "
            + "create a new certificate at the server");
    }

    // OPC 10000-6, 6.2.2, table 43: digitalSignature and keyEncipherment or dataEncipherment; serverAuth if extendedKeyUsage is there.
    private static void CheckUsage(X509Certificate2 certificate)
    {
        var usage = certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault()?.KeyUsages;
        const X509KeyUsageFlags encipher = X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DataEncipherment;
        var isForMessages = usage is null || (usage.Value.HasFlag(X509KeyUsageFlags.DigitalSignature) && (usage.Value & encipher) != 0);
        var extended = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault()?.EnhancedKeyUsages;
        var isForServers = extended is null || extended.Cast<Oid>().Any(oid => oid.Value is "1.3.6.1.5.5.7.3.1" or "2.5.29.37.0");
        if (isForMessages && isForServers) return;
        throw new CertificateException(StatusCodes.BadCertificateUseNotAllowed,
            $"{Named(certificate)} is refused: its key usage {(isForMessages ? "does not include server authentication" : $"is {usage}")}; "
            + "create one for an OPC UA server");
    }

    private void CheckRevocation(List<X509Certificate2> path)
    {
        var lists = store.RevocationLists();
        for (var i = 0; i < path.Count - 1; i++)
        {
            var own = lists.Where(list => list.IsSignedBy(path[i + 1])).ToList();
            if (own.Exists(list => list.Contains(path[i])))
            {
                throw new CertificateException(i == 0 ? StatusCodes.BadCertificateRevoked : StatusCodes.BadCertificateIssuerRevoked,
                    $"{Named(path[i])} is refused: its issuer has revoked it");
            }

            if (own.Exists(list => list.NextUpdate is null || list.NextUpdate >= time.GetUtcNow())) continue;
            var missing = own.Count == 0 ? "is missing" : $"was due for renewal on {Format(own[0].NextUpdate!.Value.UtcDateTime)}";
            throw new CertificateException(i == 0 ? StatusCodes.BadCertificateRevocationUnknown
                : StatusCodes.BadCertificateIssuerRevocationUnknown,
                $"{Named(path[i])} is refused: the revocation list of \"{path[i + 1].Subject}\" {missing}; put a current one into "
                + $"{Path.Combine(store.Folder, "trusted", "crl")} or {Path.Combine(store.Folder, "issuer", "crl")}");
        }
    }

    private static string Named(X509Certificate2 certificate) =>
        $"the server's certificate \"{certificate.Subject}\", thumbprint {certificate.Thumbprint},";

    private static string Format(DateTime time) => time.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
