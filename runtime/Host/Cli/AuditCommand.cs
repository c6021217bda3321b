using System.CommandLine;
using PlantRuntime.Engine.Devices.Writes;
using PlantRuntime.Logging;
using PlantRuntime.Sites;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant audit verify</c>: checks that the lines of a site's audit log are those that were written. Runs once per process,
/// beside a running host or without one.
/// </summary>
internal static class AuditCommand
{
    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create() => new("audit", "Check the audit log of a site.") { CreateVerify() };

    /// <summary>Appends an action of the user of this process to the audit log of a site that no host runs.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Append(string siteFolder, string action, string? subject)
    {
        using var file = new AuditFile(siteFolder, long.MaxValue, AuditLog.Keep);
        file.Append([AuditEntry.From(TimeProvider.System.GetUtcNow().UtcDateTime,
            new UserAction($"user {Environment.UserName}", null, action, subject, "done"))]);
    }

    private static Command CreateVerify()
    {
        var site = SiteArgument.Create();
        var expect = new Option<string?>("--expect") { Description = "A last hash that was printed before and has to be there still" };
        var command = new Command("verify", """
            Check that each line of the audit log fits the line before it. Exit code 1 if one does not.

            A chain cannot show that lines at its end were removed, or that all of it was written anew: keep the last hash, which is
            printed, at another place, and give it with --expect the next time. docs/security.md
            """) { site, expect };
        command.SetAction(result => Run(Path.GetFullPath(result.GetValue(site)!), result.GetValue(expect)));
        return command;
    }

    private static int Run(string site, string? expected)
    {
        try
        {
            if (!File.Exists(Path.Combine(site, SiteFile.Name))) throw new IOException($"{site} is no site: it has no {SiteFile.Name}");
            var verification = new AuditVerification(site, expected);
            verification.Run();
            foreach (var note in verification.Notes) Console.Error.WriteLine(LogText.Sanitize(note));
            if (verification.Problem is { } problem)
            {
                Console.Error.WriteLine(LogText.Sanitize(problem));
                return 1;
            }

            var older = verification.Unchained > 0 ? $", {verification.Unchained} of them from versions without hashes" : "";
            var (lines, files) = (Count(verification.Lines, "line"), Count(verification.Files, "file"));
            Console.WriteLine($"{lines} in {files}{older}: each fits the line before it");
            Console.WriteLine($"last hash: {verification.Last}");
            return 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(LogText.Sanitize(exception.Message));
            return 1;
        }
    }

    private static string Count(long number, string name) => $"{number} {name}{(number == 1 ? "" : "s")}";
}
