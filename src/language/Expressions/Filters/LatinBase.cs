using System.Collections.Frozen;

namespace Kestra.Expressions.Filters;

/// <summary>
/// The plain letter under a letter with marks, as canonical decomposition gives it. The runtime decomposes nothing when it is
/// independent of the machine's culture.
/// </summary>
internal static class LatinBase
{
    private static readonly Dictionary<char, string> Marked = new()
    {
        ['A'] = "ÀÁÂÃÄÅĀĂĄǍǞǠǺȀȂȦḀẠẢẤẦẨẪẬẮẰẲẴẶÅ",
        ['B'] = "ḂḄḆ",
        ['C'] = "ÇĆĈĊČḈ",
        ['D'] = "ĎḊḌḎḐḒ",
        ['E'] = "ÈÉÊËĒĔĖĘĚȄȆȨḔḖḘḚḜẸẺẼẾỀỂỄỆ",
        ['F'] = "Ḟ",
        ['G'] = "ĜĞĠĢǦǴḠ",
        ['H'] = "ĤȞḢḤḦḨḪ",
        ['I'] = "ÌÍÎÏĨĪĬĮİǏȈȊḬḮỈỊ",
        ['J'] = "Ĵ",
        ['K'] = "ĶǨḰḲḴK",
        ['L'] = "ĹĻĽḶḸḺḼ",
        ['M'] = "ḾṀṂ",
        ['N'] = "ÑŃŅŇǸṄṆṈṊ",
        ['O'] = "ÒÓÔÕÖŌŎŐƠǑǪǬȌȎȪȬȮȰṌṎṐṒỌỎỐỒỔỖỘỚỜỞỠỢ",
        ['P'] = "ṔṖ",
        ['R'] = "ŔŖŘȐȒṘṚṜṞ",
        ['S'] = "ŚŜŞŠȘṠṢṤṦṨ",
        ['T'] = "ŢŤȚṪṬṮṰ",
        ['U'] = "ÙÚÛÜŨŪŬŮŰŲƯǓǕǗǙǛȔȖṲṴṶṸṺỤỦỨỪỬỮỰ",
        ['V'] = "ṼṾ",
        ['W'] = "ŴẀẂẄẆẈ",
        ['X'] = "ẊẌ",
        ['Y'] = "ÝŶŸȲẎỲỴỶỸ",
        ['Z'] = "ŹŻŽẐẒẔ",
        ['a'] = "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ",
        ['b'] = "ḃḅḇ",
        ['c'] = "çćĉċčḉ",
        ['d'] = "ďḋḍḏḑḓ",
        ['e'] = "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ",
        ['f'] = "ḟ",
        ['g'] = "ĝğġģǧǵḡ",
        ['h'] = "ĥȟḣḥḧḩḫẖ",
        ['i'] = "ìíîïĩīĭįǐȉȋḭḯỉị",
        ['j'] = "ĵǰ",
        ['k'] = "ķǩḱḳḵ",
        ['l'] = "ĺļľḷḹḻḽ",
        ['m'] = "ḿṁṃ",
        ['n'] = "ñńņňǹṅṇṉṋ",
        ['o'] = "òóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ",
        ['p'] = "ṕṗ",
        ['r'] = "ŕŗřȑȓṙṛṝṟ",
        ['s'] = "śŝşšșṡṣṥṧṩ",
        ['t'] = "ţťțṫṭṯṱẗ",
        ['u'] = "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự",
        ['v'] = "ṽṿ",
        ['w'] = "ŵẁẃẅẇẉẘ",
        ['x'] = "ẋẍ",
        ['y'] = "ýÿŷȳẏẙỳỵỷỹ",
        ['z'] = "źżžẑẓẕ",
    };

    private static readonly FrozenDictionary<char, char> Bases =
        Marked.SelectMany(static entry => entry.Value.Select(marked => KeyValuePair.Create(marked, entry.Key))).ToFrozenDictionary();

    public static char Of(char character) => Bases.GetValueOrDefault(character, character);
}
