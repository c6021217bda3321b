using System.CommandLine;
using System.Text;
using System.Xml;
using PlantRuntime.Tools.Import;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant import</c> and <c>plant import tags</c>: makes a tag table of an export of Studio 5000 (L5X or CSV). Runs once per
/// process; reads one file and no device. The readers are in <c>Tools/Import</c>.
/// </summary>
internal static class ImportCommand
{
    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "L5X file, or CSV export of the tags" };
        var tags = new Command("tags", """
            Write a tag table that tags = "….csv" accepts, made of an export of Studio 5000: each tag, array and member of a structure
            with its address, type and description. An L5X file has the structures of the program, a CSV export has not.
            """) { file };
        tags.SetAction(result => Run(result.GetValue(file)!, Console.Out, Console.Error));
        return new Command("import", "Make parts of a site of files of other programs.") { tags, ImportIniCommand.Create() };
    }

    private static int Run(string file, TextWriter output, TextWriter errors)
    {
        try
        {
            var table = new BrowsedTagTable(null, output);
            foreach (var page in Read(file).Entries().Chunk(1000)) table.Write(page);
            if (table.Rows > 0) return 0;
            errors.WriteLine($"{file} has no tags that a client can read: export the controller with its tags");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or XmlException or FormatException)
        {
            errors.WriteLine($"{file}: {exception.Message}");
        }

        return 1;
    }

    // Studio 5000 writes CSV in the code page of Windows and L5X in UTF-8.
    private static StudioProgram Read(string file)
    {
        using var stream = File.OpenRead(file);
        if (IsXml(stream)) return L5xReader.Read(stream);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return StudioCsvReader.Read(reader.ReadToEnd());
    }

    private static bool IsXml(FileStream stream)
    {
        Span<byte> start = stackalloc byte[64];
        var length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return Encoding.UTF8.GetString(start[..length]).TrimStart('\uFEFF', ' ', '\r', '\n', '\t').StartsWith('<');
    }
}
