using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlantRuntime.Sites.Binding;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Text;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Sites;

/// <summary>
/// Reads the certificate and key that <c>tls</c> of <c>[web]</c> names: when a site is checked, and when a running host finds other files.
/// Keeps no state; any thread.
/// </summary>
internal static class PemFiles
{
    /// <summary>1 MB: no certificate with its authorities is that large.</summary>
    private const int MostBytes = 1 << 20;

    /// <summary>Returns the files, certificate first.</summary>
    public static IReadOnlyList<string> PathsOf(WebTlsOptions tls, string siteFolder)
    {
        var certificate = Path.GetFullPath(tls.Certificate!, siteFolder);
        return tls.Key is null ? [certificate] : [certificate, Path.GetFullPath(tls.Key, siteFolder)];
    }

    /// <summary>Reads the files. The first certificate is the one with the key; the caller disposes of all.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="CryptographicException">They hold no certificate, or not the key of the first one.</exception>
    public static X509Certificate2Collection Read(IReadOnlyList<string> paths)
    {
        var texts = paths.Select(ReadText).ToArray();
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(texts[0]);
        if (chain.Count == 0) throw new CryptographicException($"{paths[0]} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)");
        var leaf = X509Certificate2.CreateFromPem(texts[0], texts[^1]);
        chain[0].Dispose();
        chain[0] = leaf;
        return chain;
    }

    /// <summary>Reports files that cannot be read, at their place in site.toml.</summary>
    public static void Check(BindingContext context, TomlTable web, WebTlsOptions tls)
    {
        try
        {
            foreach (var certificate in Read(PathsOf(tls, context.SiteFolder))) certificate.Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or CryptographicException or ArgumentException)
        {
            context.Fail(web.Find("tls")!.Value.At, $"tls: {exception.Message}: give the PEM files of a certificate and of its unencrypted "
                + "key, or tls = {} for a certificate that the host creates");
        }
    }

    private static string ReadText(string path)
    {
        var facts = FileFacts.Read(path);
        if (facts.WhyNotReadable is { } reason) throw new IOException($"{path} {reason}");
        if (facts.Length > MostBytes) throw new IOException($"{path} is no PEM file: it has {facts.Length} bytes");
        return File.ReadAllText(path);
    }
}
