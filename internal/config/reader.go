package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxAliases bounds how many aliases lead to a value, so that an alias of itself ends.
const maxAliases = 16

// document is one file while it is read. Its faults gather, at most one for each key.
type document struct {
	name    string
	anchors map[string]ast.Node
	values  expander
	faults  Faults
}

// newDocument parses data. A nil root is an empty file, or one that is no YAML; then a fault stands.
func newDocument(name string, data []byte, values expander) (doc *document, root ast.Node) {
	doc = &document{name: name, anchors: map[string]ast.Node{}, values: values}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		doc.syntax(err)
		return doc, nil
	}
	for _, part := range file.Docs {
		if part.Body == nil {
			continue
		}
		if root != nil {
			doc.add(part.Body, "", "a second YAML document starts here; one file holds one")
			break
		}
		root = part.Body
	}
	if root != nil {
		ast.Walk(doc, root)
	}
	return doc, root
}

// Visit collects the anchors; it makes document an ast.Visitor.
func (d *document) Visit(node ast.Node) ast.Visitor {
	if anchor, ok := node.(*ast.AnchorNode); ok && anchor.Name != nil {
		d.anchors[anchor.Name.GetToken().Value] = anchor.Value
	}
	return d
}

// syntax notes what the parser found, without the excerpt of the file that it adds: that could show a secret.
func (d *document) syntax(err error) {
	line, message := 0, "is not YAML"
	if found, ok := errors.AsType[yaml.Error](err); ok {
		message += ": " + found.GetMessage()
		if token := found.GetToken(); token != nil && token.Position != nil {
			line = token.Position.Line
		}
	}
	d.faults = append(d.faults, Fault{File: d.name, Line: line, Message: message})
}

func (d *document) add(node ast.Node, key, format string, args ...any) {
	if slices.ContainsFunc(d.faults, func(f Fault) bool { return f.Key == key }) {
		return
	}
	d.faults = append(d.faults, Fault{File: d.name, Line: lineOf(node), Key: key, Message: fmt.Sprintf(format, args...)})
}

// plain follows anchors, aliases and tags to the value itself; nil for nothing and for null.
func (d *document) plain(node ast.Node) ast.Node {
	for range maxAliases {
		switch n := node.(type) {
		case *ast.AnchorNode:
			node = n.Value
		case *ast.TagNode:
			node = n.Value
		case *ast.AliasNode:
			node = d.anchors[n.Value.GetToken().Value]
		case *ast.NullNode:
			return nil
		default:
			return node
		}
	}
	return nil
}

// section gives a mapping; an empty one when node is nil or, with a fault, when it is something else.
func (d *document) section(path string, node ast.Node) *section {
	s := &section{doc: d, path: path, node: node, values: map[string]ast.Node{}}
	var pairs []*ast.MappingValueNode
	switch n := d.plain(node).(type) {
	case nil:
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	default:
		d.add(node, path, "holds a single value or a list where keys belong")
	}
	for _, pair := range pairs {
		key := pair.Key.GetToken().Value
		s.keys = append(s.keys, key)
		s.values[key] = pair.Value
	}
	return s
}

func lineOf(node ast.Node) int {
	if node == nil {
		return 0
	}
	if token := node.GetToken(); token != nil && token.Position != nil {
		return token.Position.Line
	}
	return 0
}

// section is one mapping of the file. Asking for a key makes it known; close reports the keys that nobody asked for.
type section struct {
	doc    *document
	path   string // "shops[0].mail", "" at the top
	node   ast.Node
	keys   []string // as they stand in the file
	values map[string]ast.Node
	known  []string
}

// at gives the full name of a key.
func (s *section) at(key string) string {
	if s.path == "" || key == "" {
		return s.path + key
	}
	return s.path + "." + key
}

// get gives a key's value, nil when it is absent or null, and makes the key known.
func (s *section) get(key string) ast.Node {
	if !slices.Contains(s.known, key) {
		s.known = append(s.known, key)
	}
	return s.doc.plain(s.values[key])
}

// present tells whether the section stands in the file with at least one key.
func (s *section) present() bool { return len(s.keys) > 0 }

// fault notes what is wrong with a key of the section.
func (s *section) fault(key, format string, args ...any) {
	node := s.values[key]
	if node == nil {
		node = s.node
	}
	s.doc.add(node, s.at(key), format, args...)
}

// section gives the mapping under a key.
func (s *section) section(key string) *section {
	s.get(key)
	return s.doc.section(s.at(key), s.values[key])
}

// sections gives the mappings in the list under a key.
func (s *section) sections(key string) []*section {
	items := s.items(key)
	out := make([]*section, len(items))
	for i, item := range items {
		out[i] = s.doc.section(fmt.Sprintf("%s[%d]", s.at(key), i), item)
	}
	return out
}

func (s *section) items(key string) []ast.Node {
	switch n := s.get(key).(type) {
	case nil:
		return nil
	case *ast.SequenceNode:
		return n.Values
	default:
		s.fault(key, "holds a single value where a list belongs; write [a, b]")
		return nil
	}
}

// close reports the keys that are not known, each with the nearest known one.
func (s *section) close() {
	for _, key := range s.keys {
		if slices.Contains(s.known, key) {
			continue
		}
		if near := nearest(key, s.known); near != "" {
			s.fault(key, "is not a known key; did you mean %s?", near)
			continue
		}
		s.fault(key, "is not a known key; known here: %s", strings.Join(s.known, ", "))
	}
}
