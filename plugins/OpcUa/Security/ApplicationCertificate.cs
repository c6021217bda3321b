using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlantRuntime.Plugins.OpcUa.Security;

/// <summary>
/// The certificate of this client, shared by all OPC UA devices of a site. It is created when a secure connection is first attempted and
/// never replaced by itself, because servers trust it by its thumbprint.
/// </summary>
internal static class ApplicationCertificate
{
    private const int Years = 10;

    // Two devices of one site may connect for the first time at once.
    private static readonly Lock s_creating = new();

    /// <summary>Loads certificate and key, or creates both.</summary>
    /// <exception cref="CertificateException">The files cannot be read or do not belong together.</exception>
    public static X509Certificate2 LoadOrCreate(CertificateStore store, string applicationUri, string applicationName, int keyBits,
        DateTimeOffset now)
    {
        lock (s_creating)
        {
            try
            {
                if (!File.Exists(store.OwnCertificateFile) && !File.Exists(store.OwnKeyFile))
                {
                    store.CreateFolders();
                    Create(store, applicationUri, applicationName, keyBits, now);
                }

                return Load(store.OwnCertificateFile, store.OwnKeyFile, null);
            }
            catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
            {
                throw new CertificateException(Wire.StatusCodes.BadCertificateInvalid,
                    $"the application certificate {store.OwnCertificateFile} with its key cannot be used: {e.Message}; restore both files, or delete both and "
                    + "a new pair is created, which every server has to trust anew");
            }
        }
    }

    /// <summary>A certificate in DER or PEM with its private key in PEM.</summary>
    public static X509Certificate2 Load(string certificateFile, string keyFile, string? password)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(certificateFile);
        using var key = RSA.Create();
        var pem = File.ReadAllText(keyFile);
        if (password is null) key.ImportFromPem(pem);
        else key.ImportFromEncryptedPem(pem, password);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>The first URI among the alternative names, or null (OPC 10000-6, 6.2.2, table 43).</summary>
    public static string? UriOf(X509Certificate2 certificate) => SubjectNames.Of(certificate).Uris.FirstOrDefault();

    // Fields of OPC 10000-6, 6.2.2, table 43.
    private static void Create(CertificateStore store, string applicationUri, string applicationName, int keyBits, DateTimeOffset now)
    {
        using var key = RSA.Create(keyBits);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(applicationName);
        subject.AddOrganizationName("PlantRuntime");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation | X509KeyUsageFlags.KeyEncipherment
            | X509KeyUsageFlags.DataEncipherment | X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        var identifier = new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false);
        request.CertificateExtensions.Add(identifier);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(identifier));
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(applicationUri));
        names.AddDnsName(Dns.GetHostName());
        foreach (var address in Addresses()) names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddYears(Years));
        WritePrivate(store.OwnKeyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllBytes(store.OwnCertificateFile, certificate.RawData);
    }

    private static IEnumerable<IPAddress> Addresses() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network
            => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(network => network.GetIPProperties().UnicastAddresses).Select(address => address.Address)
        .Where(address => address.AddressFamily == AddressFamily.InterNetwork || !address.IsIPv6LinkLocal).Distinct().Take(16);

    private static void WritePrivate(string file, string pem)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new StreamWriter(file, options);
        stream.Write(pem);
    }

    /// <summary>A sentence if a certificate ends within 30 days, else null.</summary>
    public static string? ExpiryWarning(X509Certificate2 certificate, string whose, DateTimeOffset now)
    {
        var end = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
        if (end - now > TimeSpan.FromDays(30)) return null;
        var day = end.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return end < now ? $"{whose} certificate expired on {day}"
            : $"{whose} certificate expires on {day}, in {(int)(end - now).TotalDays} days: renew it before";
    }
}
