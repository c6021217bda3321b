using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlantRuntime.Plugins.OpcUa.Security;

/// <summary>
/// The folder of certificates that OPC UA applications share (OPC 10000-12, F): <c>own/{certs,private}</c>, <c>trusted/{certs,crl}</c>,
/// <c>issuer/{certs,crl}</c>, <c>rejected/certs</c>. It is read anew for every connection, so that a file that is put there counts at once.
/// </summary>
internal sealed class CertificateStore(string folder)
{
    private const int MostRejected = 20;
    private const long MostBytes = 1 << 20;

    public string Folder => folder;

    public string OwnCertificateFile => Path.Combine(folder, "own", "certs", "plantruntime.der");

    public string OwnKeyFile => Path.Combine(folder, "own", "private", "plantruntime.pem");

    public string TrustedFolder => Path.Combine(folder, "trusted", "certs");

    public string RejectedFolder => Path.Combine(folder, "rejected", "certs");

    public X509Certificate2Collection Trusted() => Certificates(TrustedFolder);

    public X509Certificate2Collection Issuers() => Certificates(Path.Combine(folder, "issuer", "certs"));

    /// <summary>The revocation lists of trusted and issuer, as they are in the files.</summary>
    public IReadOnlyList<RevocationList> RevocationLists() =>
        [.. Files(Path.Combine(folder, "trusted", "crl")).Concat(Files(Path.Combine(folder, "issuer", "crl")))
            .Select(RevocationList.Load).OfType<RevocationList>()];

    /// <summary>
    /// Creates the folders that a user puts files into, so that they can be found. Called when a secure connection is first attempted.
    /// </summary>
    public void CreateFolders()
    {
        foreach (var name in new[] { "own/certs", "own/private", "trusted/certs", "trusted/crl", "issuer/certs", "issuer/crl",
            "rejected/certs" })
            Directory.CreateDirectory(Path.Combine(folder, name));
    }

    /// <summary>
    /// Saves a refused certificate for `plant trust`; the oldest go when there are more than 20, so that a server that changes its
    /// certificate at every connection cannot fill the disk.
    /// </summary>
    /// <returns>The file.</returns>
    public string Reject(X509Certificate2 certificate)
    {
        Directory.CreateDirectory(RejectedFolder);
        var file = Path.Combine(RejectedFolder, FileName(certificate));
        if (!File.Exists(file)) File.WriteAllBytes(file, certificate.RawData);
        foreach (var old in Files(RejectedFolder).OrderByDescending(File.GetLastWriteTimeUtc).Skip(MostRejected)) File.Delete(old);
        return file;
    }

    /// <summary>Puts a certificate into trusted and takes it out of rejected.</summary>
    public void Trust(X509Certificate2 certificate)
    {
        Directory.CreateDirectory(TrustedFolder);
        File.WriteAllBytes(Path.Combine(TrustedFolder, FileName(certificate)), certificate.RawData);
        if (Directory.Exists(RejectedFolder)) File.Delete(Path.Combine(RejectedFolder, FileName(certificate)));
    }

    /// <summary>The certificates of a folder; files that hold none are skipped.</summary>
    public static X509Certificate2Collection Certificates(string folder)
    {
        var all = new X509Certificate2Collection();
        foreach (var file in Files(folder))
        {
            try
            {
                all.Add(X509CertificateLoader.LoadCertificateFromFile(file));
            }
            catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
            {
                // A note, a key or a half-copied file beside the certificates.
            }
        }

        return all;
    }

    private static string FileName(X509Certificate2 certificate)
    {
        var name = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        var safe = new string([.. name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' ? c : '_').Take(60)]).TrimStart(
            '.');
        return $"{safe} [{certificate.Thumbprint}].der";
    }

    private static IEnumerable<string> Files(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder).Where(file => new FileInfo(file).Length <= MostBytes).Order(StringComparer.Ordinal)
        : [];
}
