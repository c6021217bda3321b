using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlantRuntime.EndToEnd.Tests;

[Trait("Needs", "Process")]
public class TrustTests
{
    private const string Site = """
        [site]
        name = "test"

        [devices.line]
        driver = "opcua"
        host = "127.0.0.1"

          [devices.line.tags]
          level = "ns=2;s=Level"
        """;

    [Fact]
    public async Task The_certificate_that_was_refused_last_becomes_trusted()
    {
        using var site = new SiteFolder(Site);
        var (older, newer) = (Reject(site, "older", 1), Reject(site, "newer", 2));
        var (exit, output) = await PlantProcess.RunAsync("trust", site.Path, "line", "--yes");
        Assert.True(exit == 0, output);
        Assert.Contains(newer.Thumbprint, output, StringComparison.Ordinal);
        Assert.Contains("CN=newer", output, StringComparison.Ordinal);
        Assert.True(File.Exists(site.At("pki/trusted/certs/newer.der")));
        Assert.False(File.Exists(site.At("pki/rejected/certs/newer.der")));
        Assert.True(File.Exists(site.At("pki/rejected/certs/older.der")));
        Assert.DoesNotContain(older.Thumbprint, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_terminal_nothing_is_trusted_unless_told()
    {
        using var site = new SiteFolder(Site);
        Reject(site, "server", 1);
        var (exit, output) = await PlantProcess.RunAsync("trust", site.Path, "line");
        Assert.Equal(1, exit);
        Assert.Contains("give --yes", output, StringComparison.Ordinal);
        Assert.True(File.Exists(site.At("pki/rejected/certs/server.der")));
    }

    [Fact]
    public async Task No_refused_certificate_and_files_that_are_none_are_named()
    {
        using var site = new SiteFolder(Site);
        var (exit, output) = await PlantProcess.RunAsync("trust", site.Path, "line", "--yes");
        Assert.Equal(1, exit);
        Assert.Contains("no refused certificate", output, StringComparison.Ordinal);

        Directory.CreateDirectory(site.At("pki/rejected/certs"));
        site.Write("pki/rejected/certs/note.der", "no certificate");
        (exit, output) = await PlantProcess.RunAsync("trust", site.Path, "line", "--yes");
        Assert.Equal(1, exit);
        Assert.Contains("is no certificate that can be read", output, StringComparison.Ordinal);
    }

    private static X509Certificate2 Reject(SiteFolder site, string name, int minute)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var full = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var file = site.At($"pki/rejected/certs/{name}.der");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, full.RawData);
        File.SetLastWriteTimeUtc(file, new DateTime(2026, 1, 1, 0, minute, 0, DateTimeKind.Utc));
        return X509CertificateLoader.LoadCertificate(full.RawData);
    }
}
