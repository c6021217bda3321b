using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace PlantRuntime.Plugins.OpcUa.Security;

/// <summary>The alternative names of a certificate (RFC 5280, 4.2.1.6). .NET enumerates host names and addresses but no URIs.</summary>
internal sealed record SubjectNames(IReadOnlyList<string> Uris, IReadOnlyList<string> Hosts)
{
    private static readonly Asn1Tag s_uri = new(TagClass.ContextSpecific, 6);

    public static SubjectNames Of(X509Certificate2 certificate)
    {
        var (uris, hosts) = (new List<string>(), new List<string>());
        foreach (var extension in certificate.Extensions.Where(e => e.Oid?.Value == "2.5.29.17"))
        {
            try
            {
                var names = new X509SubjectAlternativeNameExtension(extension.RawData);
                hosts.AddRange(names.EnumerateDnsNames());
                hosts.AddRange(names.EnumerateIPAddresses().Select(address => address.ToString()));
                var reader = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
                while (reader.HasData)
                {
                    if (reader.PeekTag().HasSameClassAndValue(s_uri))
                        uris.Add(reader.ReadCharacterString(UniversalTagNumber.IA5String, s_uri));
                    else reader.ReadEncodedValue();
                }
            }
            catch (Exception e) when (e is AsnContentException or System.Security.Cryptography.CryptographicException)
            {
                // Names that cannot be read count as missing.
            }
        }

        return new SubjectNames(uris, hosts);
    }
}
