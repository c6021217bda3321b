namespace PlantRuntime.EndToEnd.Tests;

/// <summary>`plant import tags`: exports of Studio 5000 become tag tables that a site takes unchanged.</summary>
[Trait("Needs", "Process")]
public class ImportTests
{
    private const string L5x = """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <RSLogix5000Content SchemaRevision="1.0" TargetName="Lagoon" TargetType="Controller">
        <Controller Use="Target" Name="Lagoon">
        <DataTypes>
        <DataType Name="Pump" Family="NoFamily"><Members>
          <Member Name="ZZZZZZZZZZPump0" DataType="SINT" Dimension="0" Hidden="true" ExternalAccess="Read/Write"/>
          <Member Name="Running" DataType="BIT" Dimension="0" Hidden="false" Target="ZZZZZZZZZZPump0" BitNumber="0"
            ExternalAccess="Read/Write"><Description><![CDATA[runs, "really"]]></Description></Member>
          <Member Name="Speeds" DataType="REAL" Dimension="4" Hidden="false" ExternalAccess="Read Only"/>
          <Member Name="Label" DataType="TEXT20" Dimension="0" Hidden="false" ExternalAccess="Read/Write"/>
          <Member Name="Inner" DataType="TIMER" Dimension="0" Hidden="false" ExternalAccess="Read/Write"/>
          <Member Name="Secret" DataType="DINT" Dimension="0" Hidden="false" ExternalAccess="None"/>
        </Members></DataType>
        <DataType Name="TEXT20" Family="StringFamily"><Members>
          <Member Name="LEN" DataType="DINT" Dimension="0"/><Member Name="DATA" DataType="SINT" Dimension="20"/>
        </Members></DataType>
        </DataTypes>
        <Tags>
        <Tag Name="Level" TagType="Base" DataType="DINT" Radix="Decimal" ExternalAccess="Read/Write">
          <Description><![CDATA[level of
        the lagoon]]></Description></Tag>
        <Tag Name="Grid" TagType="Base" DataType="INT" Dimensions="2 3" ExternalAccess="Read Only"/>
        <Tag Name="Hidden" TagType="Base" DataType="DINT" ExternalAccess="None"/>
        <Tag Name="P1" TagType="Base" DataType="Pump" ExternalAccess="Read/Write">
          <Comments><Comment Operand=".SPEEDS"><![CDATA[four speeds]]></Comment></Comments></Tag>
        <Tag Name="Flow" TagType="Alias" AliasFor="Local:1:I.Data" ExternalAccess="Read/Write"/>
        </Tags>
        <Programs><Program Name="Main"><Tags><Tag Name="Step" TagType="Base" DataType="DINT" ExternalAccess="Read/Write"/></Tags>
        <Routines><Routine Name="R"><RLLContent/></Routine></Routines></Program></Programs>
        </Controller></RSLogix5000Content>
        """;

    private const string Csv = """"
        remark,"CSV-Import-Export"
        remark,"Date = Mon Nov 30 2026"
        0.3
        TYPE,SCOPE,NAME,DESCRIPTION,DATATYPE,SPECIFIER,ATTRIBUTES
        TAG,,Level,"level of$Nthe $Qlagoon$Q, metres","DINT","","(RADIX := Decimal, Constant := false, ExternalAccess := Read/Write)"
        TAG,,Grid,"","INT[2,3]","","(ExternalAccess := Read Only)"
        TAG,,Hidden,"","DINT","","(ExternalAccess := None)"
        TAG,Main,Wait,"","TIMER","","(ExternalAccess := Read/Write)"
        ALIAS,,Flow,"flow","","Local:1:I.Data","(ExternalAccess := Read/Write)"
        COMMENT,Main,Wait,"milliseconds","","Wait.ACC"

        """";

    [Fact]
    public async Task An_L5X_file_becomes_a_tag_table_with_members_and_descriptions()
    {
        using var site = new SiteFolder();
        File.WriteAllText(site.At("program.L5X"), L5x);
        var (exit, table) = await PlantProcess.RunAsync("import", "tags", site.At("program.L5X"));
        Assert.Equal(0, exit);
        Assert.Equal(
            [
                "name,address,type,unit,low,high,description",
                "Level,Level,DINT,,,,level of the lagoon",
                "Grid_0_0_2,\"Grid[0,0..2]\",INT[3],,,,",
                "Grid_1_0_2,\"Grid[1,0..2]\",INT[3],,,,",
                "P1,P1,UDT,,,,",
                "P1_Running,P1.Running,BOOL,,,,\"runs, \"\"really\"\"\"",
                "P1_Speeds_0_3,P1.Speeds[0..3],REAL[4],,,,four speeds",
                "P1_Label,P1.Label,STRING,,,,",
                "P1_Inner,P1.Inner,UDT,,,,",
                "P1_Inner_PRE,P1.Inner.PRE,DINT,,,,", "P1_Inner_ACC,P1.Inner.ACC,DINT,,,,", "P1_Inner_EN,P1.Inner.EN,BOOL,,,,",
                "P1_Inner_TT,P1.Inner.TT,BOOL,,,,", "P1_Inner_DN,P1.Inner.DN,BOOL,,,,",
                "Flow,Flow,,,,,",
                "Program_Main_Step,Program:Main.Step,DINT,,,,",
            ], table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        await CheckAsync(site, table);
    }

    [Fact]
    public async Task A_CSV_export_becomes_a_tag_table()
    {
        using var site = new SiteFolder();
        File.WriteAllText(site.At("tags.CSV"), Csv);
        var (exit, table) = await PlantProcess.RunAsync("import", "tags", site.At("tags.CSV"));
        Assert.Equal(0, exit);
        Assert.Contains("Level,Level,DINT,,,,\"level of the \"\"lagoon\"\", metres\"", table, StringComparison.Ordinal);
        Assert.Contains("Program_Main_Wait_ACC,Program:Main.Wait.ACC,DINT,,,,milliseconds", table, StringComparison.Ordinal);
        Assert.Contains("\"Grid[1,0..2]\",INT[3]", table, StringComparison.Ordinal);
        Assert.Contains("Flow,Flow,,,,,flow", table, StringComparison.Ordinal);
        Assert.DoesNotContain("Hidden", table, StringComparison.Ordinal);
        await CheckAsync(site, table);
    }

    [Theory]
    [InlineData("<html/>", "no export of Studio 5000")]
    [InlineData("name,address\nLevel,Level\n", "no CSV export of Studio 5000")]
    [InlineData("<RSLogix5000Content><Controller>", "Unexpected end of file")]
    public async Task Another_file_is_refused_with_the_reason(string content, string reason)
    {
        using var site = new SiteFolder();
        File.WriteAllText(site.At("other.txt"), content);
        var (exit, output) = await PlantProcess.RunAsync("import", "tags", site.At("other.txt"));
        Assert.Equal(1, exit);
        Assert.Contains(reason, output, StringComparison.Ordinal);
    }

    private static async Task CheckAsync(SiteFolder site, string table)
    {
        File.WriteAllText(site.At("lagoon.csv"), table);
        File.WriteAllText(site.At("site.toml"), """
            [site]
            name = "test"

            [devices.lagoon]
            driver = "eip"
            host   = "127.0.0.1"
            tags   = "lagoon.csv"
            """);
        foreach (var recipe in Directory.GetFiles(site.At("recipes"))) File.Delete(recipe);
        var (exit, output) = await PlantProcess.RunAsync("check", site.Path);
        Assert.True(exit == 0, output);
    }
}
