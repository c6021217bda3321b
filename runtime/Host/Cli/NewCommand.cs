using System.CommandLine;
using System.Text.RegularExpressions;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Cli;

/// <summary><c>plant new</c>: copies a template, with names put in.</summary>
internal static partial class NewCommand
{
    public static Command Make() => new("new", "Make a site, a recipe, a driver or a sink to start from.")
    {
        Kind("site", "A folder with site.toml, a first recipe, its test and what editors need (see plant edit-support).", path => path,
            path => $"next: plant test {path}, then plant run {path}", (path, cancel) => EditSupportCommand.RunAsync(path, Console.Out, Console.Error, cancel)),
        Kind("recipe", "A recipe file; run it in the folder of a site.", path => Path.Combine(Path.GetDirectoryName(path)!, "recipes"),
            path => $"next: edit {path}, then plant check"),
        Kind("driver", "A driver plugin: one project with one package reference.", path => path,
            path => $"next: dotnet build {path} -o <site>/plugins/{Path.GetFileName(path)}"),
        Kind("sink", "A sink plugin: one project with one package reference.", path => path,
            path => $"next: dotnet build {path} -o <site>/plugins/{Path.GetFileName(path)}"),
    };

    /// <summary>Copies a template into <paramref name="target"/>; nothing that is there already is overwritten.</summary>
    /// <exception cref="IOException">A file is there already.</exception>
    public static void Copy(string kind, string name, string target)
    {
        var template = Path.Combine(HostFolders.Templates, kind);
        var files = Directory.GetFiles(template, "*", SearchOption.AllDirectories)
            .Select(file => (From: file, To: Path.Combine(target, Fill(Path.GetRelativePath(template, file), name)))).ToList();
        if (files.FirstOrDefault(f => File.Exists(f.To)).To is { } existing) throw new IOException($"{existing} is there already");
        foreach (var (from, to) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.WriteAllText(to, Fill(File.ReadAllText(from), name));
        }
    }

    private static Command Kind(
        string kind, string description, Func<string, string> folder, Func<string, string> next,
        Func<string, CancellationToken, Task<int>>? complete = null)
    {
        const string Rule = "Name: letters, digits, - and _; it starts with a letter. A path may stand before it";
        var argument = new Argument<string>("name") { Description = Rule };
        var place = new Option<string>("--in") { Description = "Folder to make it in", DefaultValueFactory = _ => "." };
        var command = new Command(kind, description) { argument, place };
        command.SetAction(async (result, cancel) =>
        {
            var path = Path.TrimEndingDirectorySeparator(Path.Combine(result.GetValue(place)!, result.GetValue(argument)!));
            var name = Path.GetFileName(path);
            if (!Name().IsMatch(name)) return Fail($"\"{name}\" is no name: letters, digits, - and _, starting with a letter");
            var target = folder(path);
            try
            {
                Copy(kind, name, target);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return Fail(exception.Message);
            }

            Console.WriteLine($"made {target}");
            Console.WriteLine(next(target));
            return complete is null ? 0 : await complete(target, cancel).ConfigureAwait(false);
        });
        return command;
    }

    private static string Fill(string text, string name) => text
        .Replace("__name__", name, StringComparison.Ordinal)
        .Replace("__Name__", Pascal(name), StringComparison.Ordinal)
        .Replace("__sdk__", HostFolders.Sdk, StringComparison.Ordinal)
        .Replace("__version__", typeof(IPlugin).Assembly.GetName().Version!.ToString(3), StringComparison.Ordinal);

    private static string Pascal(string name) =>
        string.Concat(name.Split('-', '_').Where(w => w.Length > 0).Select(w => char.ToUpperInvariant(w[0]) + w[1..]));

    private static int Fail(string message)
    {
        Console.Error.WriteLine(message);
        return 1;
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]*$")]
    private static partial Regex Name();
}
