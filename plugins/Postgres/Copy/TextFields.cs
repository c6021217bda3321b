using System.Text;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>Texts as PostgreSQL takes them: valid Unicode without NUL (Documentation 15, 8.3).</summary>
internal sealed class TextFields(CopyBuffer rows, NulText nul)
{
    /// <exception cref="UnstorableException">It is no text for PostgreSQL; <paramref name="what"/> names it.</exception>
    public void Write(string text, string what)
    {
        var start = rows.Length;
        try
        {
            if (!rows.Text(text).Contains((byte)0)) return;
            if (nul == NulText.Reject)
                throw new UnstorableException($"{what} has the character NUL, which PostgreSQL cannot store (nul = \"symbol\" stores \u2400)");
            rows.GoBack(start);
            rows.Text(text.Replace('\0', '\u2400'));
        }
        catch (EncoderFallbackException)
        {
            throw new UnstorableException($"{what} is no Unicode text: half of a surrogate pair stands alone");
        }
    }
}
