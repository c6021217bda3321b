using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant trust</c>: moves a certificate that a device's driver refused from <c>rejected</c> to <c>trusted</c> of the device's
/// certificate store (layout of OPC 10000-12, F). The driver reads the store at each connect, so a running host connects at its next
/// attempt. Runs once per process; moves files only and connects to no device.
/// </summary>
internal static class TrustCommand
{
    /// <summary>1 MB: a longer file is ignored, because no certificate is that large.</summary>
    private const int MostBytes = 1 << 20;

    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var (site, device) = (SiteArgument.CreateRequired(), SiteArgument.CreateDevice());
        var yes = new Option<bool>("--yes") { Description = "Do not ask; trusts the certificate that was refused last" };
        var command = new Command("trust", """
            Trust the certificate of a server that a device's driver refused.
            Shows subject, thumbprint and validity of each refused certificate and asks. Compare the thumbprint with the one that the server shows.
            Exit code 1 when no certificate was trusted.
            """) { site, device, yes };
        command.SetAction((result, _) => DeviceCommand.UseAsync(result.GetValue(site)!, result.GetValue(device)!, Console.Error,
            (opened, model) => Task.FromResult(Run(opened, model, result.GetValue(yes)))));
        return command;
    }

    private static int Run(SiteContext site, DeviceModel device, bool yes)
    {
        var store = site.Factory.WritablePathOf(device.Name, device.Scalars.GetValueOrDefault("pki") as string ?? "pki");
        var rejected = new DirectoryInfo(Path.Combine(store, "rejected", "certs"));
        FileInfo[] files = rejected.Exists
            ? [.. rejected.GetFiles("*.der").Where(f => f.Length <= MostBytes).OrderByDescending(f => f.LastWriteTimeUtc)] : [];
        var trusted = 0;
        foreach (var file in yes ? files.Take(1) : files)
        {
            if (Describe(file) is not { } text) continue;
            Console.WriteLine(text);
            if (!yes && !Confirm()) continue;
            var target = Directory.CreateDirectory(Path.Combine(store, "trusted", "certs"));
            file.MoveTo(Path.Combine(target.FullName, file.Name), overwrite: true);
            Console.WriteLine($"trusted: {LogText.Sanitize(file.FullName)}");
            trusted++;
        }

        if (files.Length == 0)
            Console.Error.WriteLine(
                $"no refused certificate in {rejected.FullName}: run the site, or plant doctor, so that the device connects once");
        return trusted > 0 ? 0 : 1;
    }

    /// <summary>Returns null for a file that holds no certificate.</summary>
    private static string? Describe(FileInfo file)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file.FullName);
            return string.Create(CultureInfo.InvariantCulture, $"""
                subject     {LogText.Sanitize(certificate.Subject)}
                issuer      {LogText.Sanitize(certificate.Issuer)}
                thumbprint  {certificate.Thumbprint}
                SHA-256     {certificate.GetCertHashString(HashAlgorithmName.SHA256)}
                valid       {certificate.NotBefore.ToUniversalTime():yyyy-MM-dd} to {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}
                refused     {file.LastWriteTimeUtc:yyyy-MM-dd HH:mm:ss} UTC
                """);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(
                $"{LogText.Sanitize(file.FullName)} is no certificate that can be read: {LogText.Sanitize(exception.Message)}");
            return null;
        }
    }

    private static bool Confirm()
    {
        if (Console.IsInputRedirected)
        {
            Console.Error.WriteLine("no terminal to confirm on: give --yes");
            return false;
        }

        Console.Write("Trust this certificate? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}
