namespace Kestra.Expressions.Syntax;

/// <summary>The tree of a template. Lines are 1-based and name the place that an error of the node reports.</summary>
internal abstract record Node(int Line);

internal sealed record LiteralNode(object? Value, int Line) : Node(Line);

internal sealed record VariableNode(string Name, int Line) : Node(Line);

/// <param name="Arguments">Present when written with parentheses.</param>
internal sealed record MemberNode(Node Target, Node Key, IReadOnlyList<Node>? Arguments, int Line) : Node(Line);

internal sealed record ListNode(IReadOnlyList<Node> Items, int Line) : Node(Line);

internal sealed record MapNode(IReadOnlyList<(Node Key, Node Value)> Entries, int Line) : Node(Line);

internal sealed record UnaryNode(string Operator, Node Operand, int Line) : Node(Line);

internal sealed record BinaryNode(string Operator, Node Left, Node Right, int Line) : Node(Line);

internal sealed record TernaryNode(Node Condition, Node Then, Node Else, int Line) : Node(Line);

internal sealed record FilterNode(Node Input, string Name, ArgumentsNode Arguments, int Line) : Node(Line);

internal sealed record TestNode(Node Input, string Name, ArgumentsNode Arguments, bool Negated, int Line) : Node(Line);

internal sealed record CallNode(string Name, ArgumentsNode Arguments, int Line) : Node(Line);

/// <param name="Parts">Concatenated; a single one keeps its type.</param>
internal sealed record InterpolationNode(IReadOnlyList<Node> Parts, int Line) : Node(Line);

internal sealed record ArgumentsNode(IReadOnlyList<Node> Positional, IReadOnlyList<(string Name, Node Value)> Named, int Line) : Node(Line);

internal sealed record BodyNode(IReadOnlyList<Node> Parts, int Line) : Node(Line);

internal sealed record TextNode(string Text, int Line) : Node(Line);

internal sealed record PrintNode(Node Expression, int Line) : Node(Line);

internal sealed record SetNode(string Name, Node Value, int Line) : Node(Line);

internal sealed record IfNode(IReadOnlyList<(Node Condition, Node Body)> Branches, Node? Else, int Line) : Node(Line);

internal sealed record ForNode(string Name, Node Items, Node Body, Node? Else, int Line) : Node(Line);

internal sealed record MacroNode(string Name, IReadOnlyList<(string Name, Node? Default)> Parameters, Node Body, int Line) : Node(Line);

internal sealed record BlockNode(string Name, Node Body, int Line) : Node(Line);

/// <param name="Filters">Applied to the rendered body, first to last.</param>
internal sealed record FilterTagNode(IReadOnlyList<(string Name, ArgumentsNode Arguments)> Filters, Node Body, int Line) : Node(Line);
