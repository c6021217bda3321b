using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlantRuntime.SiteFiles.Tests;

/// <summary>The section <c>[web]</c>: each wrong setting is named at its place, with the remedy.</summary>
public class WebSectionTests
{
    [Theory]
    [InlineData("listen = \"127.0.0.1:9108\"\nanonymous = \"viewer\"", null)]
    [InlineData("listen = \"0.0.0.0:9108\"", null)]
    [InlineData("listen = \"[::]:9108\"\nhosts = [\"gateway.plant\", \"10.0.0.5\"]\nsession = \"12h\"\ntls = {}", null)]
    [InlineData("listen = \"127.0.0.1:9108\"\nbehind_proxy = true", null)]
    [InlineData("listen = \"0.0.0.0:9108\"\nbehind_proxy = true\nproxies = [\"10.0.0.2\", \"172.18.0.0/16\"]", null)]
    [InlineData("listen = \"127.0.0.1:9108\"\ncompat = \"lagoon-monitor\"", null)]
    [InlineData("listen = \"127.0.0.1:9108\"\ncompat = \"scada\"", "5:10: error: compat: expected \"edge-agent\" or \"lagoon-monitor\"")]
    [InlineData("listen = \"9108\"", "4:10: error: listen: expected an address with a port, for instance \"127.0.0.1:9108\"")]
    [InlineData("listen = \"0.0.0.0:9108\"\nanonymous = \"viewer\"", "5:13: error: anonymous: only a loopback address")]
    [InlineData("listen = \"127.0.0.1:9108\"\nanonymous = \"operator\"", "5:13: error: anonymous: expected \"viewer\", found \"operator\"")]
    [InlineData("listen = \"127.0.0.1:9108\"\nanonymous = \"viewer\"\nbehind_proxy = true", "5:13: error: anonymous: contradicts behind_proxy")]
    [InlineData("listen = \"0.0.0.0:9108\"\nbehind_proxy = true", "5:16: error: behind_proxy: anybody could send passwords without TLS")]
    [InlineData("listen = \"127.0.0.1:9108\"\nproxies = [\"10.0.0.2\"]", "5:11: error: proxies: has no effect without behind_proxy = true")]
    [InlineData("listen = \"127.0.0.1:9108\"\nbehind_proxy = true\nproxies = [\"proxy\"]", "6:11: error: proxies: expected an address or a network")]
    [InlineData("listen = \"127.0.0.1:9108\"\nhosts = [\"gateway.plant:80\"]", "5:9: error: hosts: expected names without port")]
    [InlineData("listen = \"127.0.0.1:9108\"\nhosts = [\"*\"]", "5:9: error: hosts: expected names without port")]
    [InlineData("listen = \"127.0.0.1:9108\"\nsession = \"13h\"", "5:11: error: session: expected \"1min\" to \"12h\"")]
    [InlineData("listen = \"127.0.0.1:9108\"\ntls = { key = \"gateway.key\" }", "5:15: error: key: has no certificate: give certificate")]
    [InlineData("listen = \"127.0.0.1:9108\"\ntls = { certificate = \"none.pem\" }", "5:7: error: tls: ")]
    [InlineData("listen = \"127.0.0.1:9108\"\ntls = { certificate = \"empty.pem\" }", "5:7: error: tls: ")]
    [InlineData("listen = \"127.0.0.1:9108\"\ntls = { certificate = \"one.pem\", key = \"two.key\" }", "5:7: error: tls: ")]
    [InlineData("listen = \"127.0.0.1:9108\"\ntls = { certificate = \"one.pem\" }", "5:7: error: tls: ")]
    [InlineData("listen = \"127.0.0.1:9108\"\ntls = { certificate = \"one.pem\", key = \"one.key\" }", null)]
    public void Settings_of_web_are_checked(string web, string? expected)
    {
        using var site = new TempSite().With("site.toml", $"""
            [site]
            name = "test"
            [web]
            {web}
            [devices.line]
            driver = "simulator"
            """).With("empty.pem", "");
        foreach (var name in new[] { "one", "two" })
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)
                .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
            site.With($"{name}.pem", certificate.ExportCertificatePem()).With($"{name}.key", key.ExportPkcs8PrivateKeyPem());
        }

        var problems = site.Load().Problems.Select(p => p.ToString()).ToList();
        if (expected is null) Assert.Empty(problems);
        else Assert.StartsWith($"site.toml:{expected}", Assert.Single(problems), StringComparison.Ordinal);
    }
}
