using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace PlantRuntime.Tools.Import;

/// <summary>
/// Reads the tags, data types and descriptions of an L5X file of Studio 5000, element by element, so that routines and large data cost no
/// memory. Tags without external access are left out, because no client can read them.
/// </summary>
internal static class L5xReader
{
    private static readonly XmlReaderSettings s_settings = new() { DtdProcessing = DtdProcessing.Prohibit, IgnoreComments = true };

    /// <exception cref="XmlException">The file is no XML.</exception>
    public static StudioProgram Read(Stream stream)
    {
        var program = new StudioProgram();
        var scope = "";
        using var reader = XmlReader.Create(stream, s_settings);
        reader.MoveToContent();
        if (reader.Name != "RSLogix5000Content")
            throw new XmlException($"<{reader.Name}> is no export of Studio 5000 (<RSLogix5000Content>)");
        while (!reader.EOF)
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                if (reader is { NodeType: XmlNodeType.EndElement, Name: "Program" }) scope = "";
                reader.Read();
                continue;
            }

            switch (reader.Name)
            {
                case "Program":
                    scope = reader.IsEmptyElement ? "" : reader.GetAttribute("Name") ?? "";
                    reader.Read();
                    break;
                case "DataType":
                    AddType(program, (XElement)XNode.ReadFrom(reader));
                    break;
                case "AddOnInstructionDefinition":
                    AddInstruction(program, (XElement)XNode.ReadFrom(reader));
                    break;
                case "Tag":
                    AddTag(program, scope, (XElement)XNode.ReadFrom(reader));
                    break;
                case "Routines" or "Modules" or "Tasks" or "Trends":
                    reader.Skip();
                    break;
                default:
                    reader.Read();
                    break;
            }
        }

        return program;
    }

    private static void AddType(StudioProgram program, XElement type)
    {
        if (Text(type, "Name") is not { } name) return;
        if (Text(type, "Family") == "StringFamily") program.AddText(name);
        else program.AddStructure(name, [.. Members(type.Element("Members")?.Elements("Member"), "Dimension")]);
    }

    // The parameters of an instruction are the members of its tags; its local tags are not accessible.
    private static void AddInstruction(StudioProgram program, XElement instruction)
    {
        if (Text(instruction, "Name") is { } name)
            program.AddStructure(name, [.. Members(instruction.Element("Parameters")?.Elements("Parameter"), "Dimensions")
                .Where(member => member.Type.Length > 0)]);
    }

    private static IEnumerable<StudioMember> Members(IEnumerable<XElement>? members, string dimension) => (members ?? [])
        .Where(member => Text(member, "Hidden") != "true" && Text(member, "Usage") != "InOut" && IsAccessible(member)
            && Text(member, "Name") is not null)
        .Select(member => new StudioMember(Text(member, "Name")!, Text(member, "DataType") ?? "",
            Dimensions(Text(member, dimension)).FirstOrDefault(), Description(member)));

    private static void AddTag(StudioProgram program, string scope, XElement tag)
    {
        if (Text(tag, "Name") is not { } name || !IsAccessible(tag)) return;
        program.Tags.Add(new StudioTag(scope, name, Text(tag, "DataType") ?? "", Dimensions(Text(tag, "Dimensions")), Description(tag)));
        foreach (var comment in tag.Element("Comments")?.Elements("Comment") ?? [])
        {
            if (Text(comment, "Operand") is { } operand) program.AddComment(scope, name + operand, comment.Value.Trim());
        }
    }

    private static bool IsAccessible(XElement element) => Text(element, "ExternalAccess") != "None";

    private static string Description(XElement element) => element.Element("Description")?.Value.Trim() ?? "";

    private static string? Text(XElement element, string attribute) => (string?)element.Attribute(attribute);

    // "10", "3 4"; a member has "0" for a single value.
    private static int[] Dimensions(string? text) =>
    [
        .. (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(size => int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Where(size => size > 0),
    ];
}
