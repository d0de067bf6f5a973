using System.Collections.Frozen;
using System.Text;

namespace Kestra.Model.Identifiers;

/// <summary>Names as parts of paths in internal storage. Different names may have the same slug.</summary>
public static class Slug
{
    /// <summary>Letters with marks by the plain letter that is left of them; the process runs without the culture data that knows.</summary>
    private static readonly (char Plain, string Marked)[] Letters =
    [
        ('A', "ÀÁÂÃÄÅĀĂĄǍǞǠǺȀȂȦḀẠẢẤẦẨẪẬẮẰẲẴẶÅ"),
        ('B', "ḂḄḆ"),
        ('C', "ÇĆĈĊČḈ"),
        ('D', "ĎḊḌḎḐḒ"),
        ('E', "ÈÉÊËĒĔĖĘĚȄȆȨḔḖḘḚḜẸẺẼẾỀỂỄỆ"),
        ('F', "Ḟ"),
        ('G', "ĜĞĠĢǦǴḠ"),
        ('H', "ĤȞḢḤḦḨḪ"),
        ('I', "ÌÍÎÏĨĪĬĮİǏȈȊḬḮỈỊ"),
        ('J', "Ĵ"),
        ('K', "ĶǨḰḲḴK"),
        ('L', "ĹĻĽḶḸḺḼ"),
        ('M', "ḾṀṂ"),
        ('N', "ÑŃŅŇǸṄṆṈṊ"),
        ('O', "ÒÓÔÕÖŌŎŐƠǑǪǬȌȎȪȬȮȰṌṎṐṒỌỎỐỒỔỖỘỚỜỞỠỢ"),
        ('P', "ṔṖ"),
        ('R', "ŔŖŘȐȒṘṚṜṞ"),
        ('S', "ŚŜŞŠȘṠṢṤṦṨ"),
        ('T', "ŢŤȚṪṬṮṰ"),
        ('U', "ÙÚÛÜŨŪŬŮŰŲƯǓǕǗǙǛȔȖṲṴṶṸṺỤỦỨỪỬỮỰ"),
        ('V', "ṼṾ"),
        ('W', "ŴẀẂẄẆẈ"),
        ('X', "ẊẌ"),
        ('Y', "ÝŶŸȲẎỲỴỶỸ"),
        ('Z', "ŹŻŽẐẒẔ"),
        ('a', "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"),
        ('b', "ḃḅḇ"),
        ('c', "çćĉċčḉ"),
        ('d', "ďḋḍḏḑḓ"),
        ('e', "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"),
        ('f', "ḟ"),
        ('g', "ĝğġģǧǵḡ"),
        ('h', "ĥȟḣḥḧḩḫẖ"),
        ('i', "ìíîïĩīĭįǐȉȋḭḯỉị"),
        ('j', "ĵǰ"),
        ('k', "ķǩḱḳḵ"),
        ('l', "ĺļľḷḹḻḽ"),
        ('m', "ḿṁṃ"),
        ('n', "ñńņňǹṅṇṉṋ"),
        ('o', "òóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ"),
        ('p', "ṕṗ"),
        ('r', "ŕŗřȑȓṙṛṝṟ"),
        ('s', "śŝşšșṡṣṥṧṩ"),
        ('t', "ţťțṫṭṯṱẗ"),
        ('u', "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"),
        ('v', "ṽṿ"),
        ('w', "ŵẁẃẅẇẉẘ"),
        ('x', "ẋẍ"),
        ('y', "ýÿŷȳẏẙỳỵỷỹ"),
        ('z', "źżžẑẓẕ"),
    ];

    private static readonly FrozenDictionary<char, char> Plain = Letters.SelectMany(row => row.Marked.Select(marked => (marked, row.Plain))).ToFrozenDictionary(pair => pair.marked, pair => pair.Plain);

    /// <summary>White space and underscores become dashes, marks go from letters, every other sign goes, repeated dashes and one at each end go, and letters are small.</summary>
    public static string Of(string text)
    {
        var slug = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            var kept = Kept(character);
            if (kept != '\0' && !(kept == '-' && slug.Length > 0 && slug[^1] == '-'))
            {
                slug.Append(kept);
            }
        }

        var result = slug.ToString();
        result = result.StartsWith('-') ? result[1..] : result;
        return result.EndsWith('-') ? result[..^1] : result;
    }

    private static char Kept(char character)
    {
        if (character is '_' or '-' || char.IsWhiteSpace(character))
        {
            return '-';
        }

        var plain = Plain.GetValueOrDefault(character, character);
        return char.IsAsciiLetterOrDigit(plain) ? char.ToLowerInvariant(plain) : '\0';
    }
}
